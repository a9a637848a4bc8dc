// SPDX-License-Identifier: Apache-2.0

/// CRC-32C (Castagnoli) over 64-bit words in little-endian byte order.
public enum Checksum {
    /// The checksum of these words.
    ///
    /// A span, because words are many: a generic function is not specialized for another module.
    public static func of(_ words: Span<UInt64>) -> UInt32 {
        let tables = Self.tables.span
        var state = UInt32.max
        for index in words.indices {
            var rest = words[index] ^ UInt64(state)
            state = 0
            // The first byte is the one that seven others follow.
            for table in (0..<8).reversed() {
                state ^= tables[table << 8 | Int(UInt8(truncatingIfNeeded: rest))]
                rest >>= 8
            }
        }
        return ~state
    }

    /// Eight tables of 256: what a byte adds to the checksum when no byte follows it, when one does, and so on.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78
            }
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(before >> 8 ^ tables[Int(before & 0xff)])
        }
        return tables
    }()
}
