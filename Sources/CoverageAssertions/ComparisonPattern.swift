// SPDX-License-Identifier: Apache-2.0

import KcovModel

/// What a comparison record must look like; nil matches anything.
public struct ComparisonPattern: Hashable, Sendable {
    /// One of the operands; the constant one where the record has one.
    ///
    /// Of a number that needs more bytes than the record compares only the low ones count, so -1 matches in every size.
    public let operand: UInt64?
    /// The other operand, under the same rule.
    public let other: UInt64?
    /// Whether one operand is known at compile time.
    public let isConstant: Bool?
    /// Operand size in bytes: 1, 2, 4 or 8.
    public let size: Int?
    /// The function that compares, inlined or not.
    public let function: FunctionChoice?

    public init(
        operand: UInt64? = nil, other: UInt64? = nil, isConstant: Bool? = nil, size: Int? = nil,
        function: FunctionChoice? = nil
    ) {
        self.operand = operand
        self.other = other
        self.isConstant = isConstant
        self.size = size
        self.function = function
    }

    /// Whether type and operands of a record fit; says nothing about the function.
    func matchesOperands(of record: ComparisonRecord) -> Bool {
        if let isConstant, record.isConstant != isConstant { return false }
        if let size, record.size != size { return false }
        let pairs = [(record.first, record.second), (record.second, record.first)]
        return pairs.prefix(record.isConstant ? 1 : 2).contains { first, second in
            fits(operand, first, size: record.size) && fits(other, second, size: record.size)
        }
    }

    private func fits(_ wanted: UInt64?, _ found: UInt64, size: Int) -> Bool {
        guard let wanted else { return true }
        let mask = UInt64.max >> UInt64(64 - 8 * size)
        return wanted <= mask ? found == wanted : found & mask == wanted & mask
    }
}

extension ComparisonPattern: CustomStringConvertible {
    public var description: String {
        var parts: [String] = []
        if let isConstant { parts.append(isConstant ? "with a constant" : "of two variables") }
        if let size { parts.append("of \(size) bytes") }
        if let operand { parts.append("of 0x\(String(operand, radix: 16))") }
        if let other { parts.append("with 0x\(String(other, radix: 16))") }
        if let function { parts.append("in \(function)") }
        return (["comparisons"] + parts).joined(separator: " ")
    }
}
