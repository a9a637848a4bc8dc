// SPDX-License-Identifier: Apache-2.0

/// A direct call or jump to one of a few addresses, found by its bytes.
///
/// The bytes are `call rel32`, `jmp rel32` or `jcc rel32` with exactly one of the targets. They may lie inside another
/// instruction: `FunctionBody` tells.
struct DirectBranch: Hashable {
    /// Of the first byte.
    let address: UInt64
    /// Behind the last byte; for a call the return address.
    let end: UInt64
    let target: UInt64
    let isCall: Bool

    /// The candidates of one section, sorted by the place of the displacement.
    static func candidates(in section: ElfImage.Code, to targets: Set<UInt64>) -> [Self] {
        guard let lowest = targets.min(), let highest = targets.max() else { return [] }
        var found: [Self] = []
        unsafe section.bytes.withUnsafeBytes { bytes in
            guard bytes.count >= 5 else { return }
            for offset in 0...(bytes.count - 5) {
                // Safety: offset + 5 does not exceed the count.
                let opcode = unsafe bytes[offset]
                guard opcode == 0xe8 || opcode == 0xe9 || opcode & 0xf0 == 0x80 else { continue }
                let relative = unsafe bytes.loadUnaligned(fromByteOffset: offset + 1, as: Int32.self)
                let end = section.address &+ UInt64(offset) &+ 5
                let target = end &+ UInt64(bitPattern: Int64(relative))
                guard target >= lowest, target <= highest, targets.contains(target) else { continue }
                if opcode == 0xe8 || opcode == 0xe9 {
                    found.append(Self(address: end - 5, end: end, target: target, isCall: opcode == 0xe8))
                } else if offset > 0, unsafe bytes[offset - 1] == 0x0f {
                    found.append(Self(address: end - 6, end: end, target: target, isCall: false))
                }
            }
        }
        return found
    }
}
