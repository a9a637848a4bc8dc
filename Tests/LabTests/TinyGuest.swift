// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Multiboot images of one instruction.
enum TinyGuest {
    /// The instruction is none (ud2) and there is no handler for that, so that the machine resets.
    static let broken = image([0x0f, 0x0b])
    /// A jump to itself.
    static let endless = image([0xeb, 0xfe])

    private static func image(_ instruction: [UInt8]) -> Data {
        let base: UInt32 = 0x100000
        let end = base + 32 + UInt32(instruction.count)
        let header: [UInt32] = [
            0x1bad_b002, 0x0001_0000, 0 &- (0x1bad_b002 &+ 0x0001_0000), base, base, end, end, base + 32,
        ]
        let bytes = header.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return Data(bytes + instruction)
    }
}
