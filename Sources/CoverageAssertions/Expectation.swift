// SPDX-License-Identifier: Apache-2.0

/// What a scenario promises about one buffer.
public enum Expectation: Hashable, Sendable {
    /// Each function has at least one program counter.
    case present([String])
    /// No function has any, inlined code included. The buffer must not be empty for this to say anything.
    case absent([String])
    /// How often a function was called, by the program counter of its first coverage point.
    case calls(function: String, count: ClosedRange<UInt64>)
    /// The first word of the buffer.
    case count(ClosedRange<UInt64>)
    /// Every program counter outside the noise set occurs exactly this often, and these functions are among them.
    case exactly(times: UInt64, including: [String])
    /// The whole sequence is this many copies of one sequence.
    case repeats(times: UInt64)
    /// Calls of these functions appear in this order; consecutive calls of one function count as one.
    case order([String])
    /// Each file, relative to the kernel tree, has at least one program counter.
    case files(present: [String], absent: [String])
    /// Source lines, as `file:line`.
    case lines(present: [String], absent: [String])
    /// At least `atLeast` comparison records match.
    case comparisons(ComparisonPattern, atLeast: UInt64)
}

/// What a comparison record must look like; nil matches anything.
public struct ComparisonPattern: Hashable, Sendable {
    /// One of the operands; the constant one where `isConstant` is true.
    public let operand: UInt64?
    /// The other operand.
    public let other: UInt64?
    public let isConstant: Bool?
    /// Operand size in bytes.
    public let size: Int?
    /// The function that compares.
    public let function: String?

    public init(
        operand: UInt64? = nil, other: UInt64? = nil, isConstant: Bool? = nil, size: Int? = nil,
        function: String? = nil
    ) {
        self.operand = operand
        self.other = other
        self.isConstant = isConstant
        self.size = size
        self.function = function
    }
}
