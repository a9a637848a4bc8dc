// SPDX-License-Identifier: Apache-2.0

/// One comparison the kernel made, as four words of the buffer: type, two operands, program counter.
///
/// Written by `write_comp_data()` in kernel/kcov.c.
public struct ComparisonRecord: Hashable, Sendable {
    /// The number of 64-bit words a record takes (`KCOV_WORDS_PER_CMP`).
    public static let words = 4

    /// The type word as recorded: bit 0 is set when one operand is constant, bits 1 and 2 hold log2 of the size.
    public let type: UInt64
    /// The first operand; the constant one when `isConstant`.
    public let first: UInt64
    /// The second operand.
    public let second: UInt64
    public let pc: ProgramCounter

    public init(type: UInt64, first: UInt64, second: UInt64, pc: ProgramCounter) {
        self.type = type
        self.first = first
        self.second = second
        self.pc = pc
    }

    /// Whether one operand is known at compile time (`KCOV_CMP_CONST`).
    public var isConstant: Bool { type & 1 != 0 }

    /// The operand size in bytes: 1, 2, 4 or 8 (`KCOV_CMP_SIZE`).
    public var size: Int { 1 << Int((type >> 1) & 3) }

    /// Whether the type word carries only bits that the uapi defines.
    public var hasKnownType: Bool { type & ~7 == 0 }

    /// Whether no operand has a bit beyond the size.
    public var operandsFit: Bool { (first | second) >> UInt64(size * 8) == 0 }
}
