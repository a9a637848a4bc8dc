// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import KcovLabCommands
import KcovModel
import Testing

@Suite("Lists of program counters")
struct AddressReaderTests {
    @Test(
        "What fuzzers print is read",
        arguments: [
            ("0xffffffff81000001\n0x2\n", [0xffff_ffff_8100_0001, 2]),
            ("ffffffff81000001", [0xffff_ffff_8100_0001]), (" \t0xAb \r\n\n7", [0xab, 7]), ("", []),
            ("0\n", [0]),
            ("0x0\n00x\n", nil),
        ] as [(String, [UInt64]?)])
    func reads(text: String, expected: [UInt64]?) {
        // Wherever the pieces of a pipe end.
        for size in [1, 3, text.utf8.count + 1] {
            #expect((try? Self.read(text, inPiecesOf: size)) == expected)
        }
    }

    private static func read(_ text: String, inPiecesOf size: Int) throws(InputError) -> [UInt64] {
        var reader = AddressReader(named: "pcs")
        var found: [ProgramCounter] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            found += try reader.read(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return (found + (try reader.finish())).map(\.rawValue)
    }

    @Test(
        "What is none is an error at its place",
        arguments: [
            ("1\nzz\n", "pcs:2:1:", "'z'"), ("1 2\n", "pcs:1:3:", "'2'"),
            ("12345678123456781", "pcs:1:17:", "'1'"),
            ("\0", "pcs:1:1:", "byte 0"), ("-1", "pcs:1:1:", "'-'"), ("0x\n", "pcs:1:3:", "byte 10"),
        ])
    func refuses(text: String, place: String, found: String) {
        for size in [1, text.utf8.count] {
            do {
                _ = try Self.read(text, inPiecesOf: size)
                Issue.record("it was taken")
            } catch {
                #expect(error.description.hasPrefix(place))
                #expect(error.description.hasSuffix("found \(found)"))
            }
        }
    }
}
