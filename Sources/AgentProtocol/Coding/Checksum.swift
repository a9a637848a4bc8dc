// SPDX-License-Identifier: Apache-2.0

/// CRC-32C (Castagnoli) over 64-bit words in little-endian byte order.
public struct Checksum: Sendable {
    private var state: UInt32 = .max

    public init() {}

    /// The checksum of everything added so far.
    public var value: UInt32 { ~state }

    public mutating func add(_ words: some Sequence<UInt64>) {
        for word in words {
            var rest = word
            for _ in 0..<8 {
                let index = UInt8(truncatingIfNeeded: state) ^ UInt8(truncatingIfNeeded: rest)
                state = state >> 8 ^ Self.table[Int(index)]
                rest >>= 8
            }
        }
    }

    /// The checksum of these words.
    public static func of(_ words: some Sequence<UInt64>) -> UInt32 {
        var checksum = Self()
        checksum.add(words)
        return checksum.value
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78
        }
    }
}
