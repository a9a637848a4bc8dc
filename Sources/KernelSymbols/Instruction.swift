// SPDX-License-Identifier: Apache-2.0

/// The length and the direct branch target of one x86-64 instruction.
///
/// Enough decoding to walk over a function without stopping inside an instruction; what the instruction does matters
/// only for branches. Tables follow the opcode maps of the Intel manual, volume 2, appendix A, in 64-bit mode.
struct Instruction: Equatable {
    enum Flow: Equatable {
        case next
        /// `call rel32`, with the offset of the target from the end of the instruction.
        case call(Int)
        /// `jmp` or `jcc`, likewise. Execution may or may not continue behind it.
        case jump(Int)
        /// An indirect jump, a return, or `ud2`.
        case leave
    }

    /// Bytes, 1 to 15.
    let length: Int
    let flow: Flow

    /// Decodes the instruction at the start of the bytes; nil for one that is invalid or cut off.
    init?(_ bytes: some RandomAccessCollection<UInt8>) {
        var cursor = Cursor(bytes)
        guard let flow = Self.decode(&cursor), cursor.offset <= 15 else { return nil }
        length = cursor.offset
        self.flow = flow
    }

    private static func decode(_ cursor: inout Cursor<some RandomAccessCollection<UInt8>>) -> Flow? {
        var operand16 = false
        var address32 = false
        var wide = false
        while let byte = cursor.next() {
            switch byte {
            case 0x66: (operand16, wide) = (true, false)
            case 0x67: (address32, wide) = (true, false)
            // A REX prefix counts only right before the opcode; another prefix behind it cancels it.
            case 0xf2, 0xf3, 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65: wide = false
            case 0x40...0x4f: wide = byte & 8 != 0
            default:
                return operation(
                    byte, immediate: operand16 && !wide ? 2 : 4, address32: address32, wide: wide, &cursor)
            }
        }
        return nil
    }

    /// Decodes what follows the prefixes, one-byte opcode map.
    private static func operation(
        _ opcode: UInt8, immediate: Int, address32: Bool, wide: Bool,
        _ cursor: inout Cursor<some RandomAccessCollection<UInt8>>
    ) -> Flow? {
        switch opcode {
        case 0x0f: return twoByte(&cursor)
        case 0x62: return extended(prefixBytes: 3, map: 7, &cursor)
        case 0xc4: return extended(prefixBytes: 2, map: 0x1f, &cursor)
        case 0xc5: return extended(prefixBytes: 1, map: 0, &cursor)
        case 0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82, 0x9a, 0xce,
            0xd4...0xd6, 0xea:
            return nil
        case 0x00...0x3f:
            switch opcode & 7 {
            case 4: return cursor.skip(1)
            case 5: return cursor.skip(immediate)
            default: return cursor.modRM()
            }
        case 0x63, 0x84...0x8f, 0xd0...0xd3, 0xd8...0xdf, 0xfe: return cursor.modRM()
        case 0x68, 0xa9: return cursor.skip(immediate)
        case 0x69, 0x81, 0xc7: return cursor.modRM(immediate: immediate)
        case 0x6a, 0xa8, 0xb0...0xb7, 0xcd, 0xe4...0xe7: return cursor.skip(1)
        case 0x6b, 0x80, 0x83, 0xc0, 0xc1, 0xc6: return cursor.modRM(immediate: 1)
        case 0x70...0x7f, 0xe0...0xe3, 0xeb: return cursor.relative8().map(Flow.jump)
        case 0xa0...0xa3: return cursor.skip(address32 ? 4 : 8)
        case 0xb8...0xbf: return cursor.skip(wide ? 8 : immediate)
        case 0xc2, 0xca: return cursor.skip(2).map { _ in .leave }
        case 0xc3, 0xcb, 0xcf: return .leave
        case 0xc8: return cursor.skip(3)
        case 0xe8: return cursor.relative32().map(Flow.call)
        case 0xe9: return cursor.relative32().map(Flow.jump)
        case 0xf6, 0xf7: return cursor.testGroup(immediate: opcode == 0xf6 ? 1 : immediate)
        case 0xff: return cursor.callGroup()
        default: return .next
        }
    }

    /// Decodes behind 0x0f.
    private static func twoByte(_ cursor: inout Cursor<some RandomAccessCollection<UInt8>>) -> Flow? {
        guard let opcode = cursor.next() else { return nil }
        switch opcode {
        case 0x04, 0x0a, 0x0c, 0x24...0x27, 0x36, 0x39, 0x3b...0x3f: return nil
        case 0x0b: return .leave
        case 0x05...0x09, 0x0e, 0x30...0x37, 0x77, 0xa0...0xa2, 0xa8...0xaa, 0xc8...0xcf: return .next
        case 0x38: return cursor.next().flatMap { _ in cursor.modRM() }
        case 0x3a: return cursor.next().flatMap { _ in cursor.modRM(immediate: 1) }
        case 0x80...0x8f: return cursor.relative32().map(Flow.jump)
        case 0x0f: return cursor.modRM(immediate: 1)
        default: return cursor.modRM(immediate: hasByteImmediate(opcode) ? 1 : 0)
        }
    }

    /// Decodes behind a VEX or EVEX prefix byte.
    private static func extended(
        prefixBytes: Int, map mask: UInt8, _ cursor: inout Cursor<some RandomAccessCollection<UInt8>>
    ) -> Flow? {
        guard let first = cursor.next(), cursor.skip(prefixBytes - 1) != nil, let opcode = cursor.next()
        else {
            return nil
        }
        switch mask == 0 ? 1 : first & mask {
        case 1 where opcode == 0x77: return .next
        case 1: return cursor.modRM(immediate: hasByteImmediate(opcode) ? 1 : 0)
        case 2, 5, 6: return cursor.modRM()
        case 3: return cursor.modRM(immediate: 1)
        default: return nil
        }
    }

    /// Whether an opcode of the two-byte map takes an immediate byte behind its operands.
    private static func hasByteImmediate(_ opcode: UInt8) -> Bool {
        switch opcode {
        case 0x70...0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4...0xc6: true
        default: false
        }
    }
}

/// Reads the bytes of one instruction.
private struct Cursor<Bytes: RandomAccessCollection<UInt8>> {
    private let bytes: Bytes
    private var index: Bytes.Index
    private(set) var offset = 0

    init(_ bytes: Bytes) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    mutating func next() -> UInt8? {
        guard index < bytes.endIndex else { return nil }
        defer {
            index = bytes.index(after: index)
            offset += 1
        }
        return bytes[index]
    }

    mutating func skip(_ count: Int) -> Instruction.Flow? {
        for _ in 0..<count where next() == nil { return nil }
        return .next
    }

    mutating func relative8() -> Int? { next().map { Int(Int8(bitPattern: $0)) } }

    mutating func relative32() -> Int? {
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            guard let byte = next() else { return nil }
            value |= UInt32(byte) << shift
        }
        return Int(Int32(bitPattern: value))
    }

    /// Skips the ModRM byte with its scale byte, displacement and an immediate.
    mutating func modRM(immediate: Int = 0) -> Instruction.Flow? {
        operand().flatMap { _ in skip(immediate) }
    }

    /// Group 3: only `test` (register field 0 and 1) has an immediate.
    mutating func testGroup(immediate: Int) -> Instruction.Flow? {
        operand().flatMap { field in skip(field < 2 ? immediate : 0) }
    }

    /// Group 5: register fields 4 and 5 are indirect jumps.
    mutating func callGroup() -> Instruction.Flow? {
        operand().map { field in field == 4 || field == 5 ? .leave : .next }
    }

    /// Skips a ModRM operand and returns its register field.
    private mutating func operand() -> UInt8? {
        guard let modRM = next() else { return nil }
        let mode = modRM >> 6
        guard mode != 3 else { return (modRM >> 3) & 7 }
        var displacement = [0, 1, 4][Int(mode)]
        if modRM & 7 == 4 {
            guard let scale = next() else { return nil }
            if mode == 0, scale & 7 == 5 { displacement = 4 }
        } else if mode == 0, modRM & 7 == 5 {
            displacement = 4
        }
        return skip(displacement).map { _ in (modRM >> 3) & 7 }
    }
}
