// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A multiboot image whose first instruction is none, without a handler for that, so that the machine resets.
enum BrokenGuest {
    static let image: Data = {
        let base: UInt32 = 0x100000
        let header: [UInt32] = [
            0x1bad_b002, 0x0001_0000, 0 &- (0x1bad_b002 &+ 0x0001_0000), base, base, base + 34, base + 34,
            base + 32,
        ]
        let bytes = header.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return Data(bytes + [0x0f, 0x0b])
    }()
}
