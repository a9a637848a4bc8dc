// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A name for contents: 128 bits of FNV-1a, enough against accidents, no protection against a forger.
package struct ContentDigest: Hashable, CustomStringConvertible {
    private let first: UInt64
    private let second: UInt64

    package init(_ data: Data) {
        var first: UInt64 = 0xcbf2_9ce4_8422_2325
        var second: UInt64 = 0x8422_2325_cbf2_9ce4
        for byte in data {
            first = (first ^ UInt64(byte)) &* 0x100_0000_01b3
            second = (second ^ UInt64(byte ^ 0xa5)) &* 0x100_0000_01b3
        }
        self.first = first
        self.second = second &+ UInt64(data.count)
    }

    package var description: String {
        [first, second].map { value in
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
