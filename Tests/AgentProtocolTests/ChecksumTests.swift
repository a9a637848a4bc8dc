// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Testing

@Suite("Checksum")
struct ChecksumTests {
    /// The 32-byte examples of RFC 3720, appendix B.4, as little-endian words, and others of whole words.
    @Test(
        "Known values of CRC-32C",
        arguments: [
            ([], 0),
            ([0, 0, 0, 0], 0x8a91_36aa),
            ([.max, .max, .max, .max], 0x62a8_ab43),
            (
                [
                    0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908, 0x1716_1514_1312_1110,
                    0x1f1e_1d1c_1b1a_1918,
                ], 0x46dd_794e
            ),
            (
                [
                    0x1819_1a1b_1c1d_1e1f, 0x1011_1213_1415_1617, 0x0809_0a0b_0c0d_0e0f,
                    0x0001_0203_0405_0607,
                ], 0x113f_db5c
            ),
        ] as [([UInt64], UInt32)])
    func known(words: [UInt64], value: UInt32) {
        #expect(checksum(of: words) == value)
    }

    @Test("Every changed bit and every swap of neighbours changes it")
    func changes() {
        let words: [UInt64] = [0, 0xffff_ffff_8100_0000, 17, .max]
        let value = checksum(of: words)
        for index in words.indices {
            for bit in 0..<64 {
                var changed = words
                changed[index] ^= 1 << bit
                #expect(checksum(of: changed) != value)
            }
            guard index > 0 else { continue }
            var swapped = words
            swapped.swapAt(index, index - 1)
            #expect(checksum(of: swapped) != value)
        }
    }

    private func checksum(of words: [UInt64]) -> UInt32 { Checksum.of(words.span) }
}
