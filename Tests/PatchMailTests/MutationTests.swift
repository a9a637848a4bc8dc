// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import PatchMail
import TestSupport
import Testing

@Suite("Changed fixtures")
struct MutationTests {
    @Test(
        "Random changes of every fixture are read or refused, and what is read is whole",
        arguments: Fixture.names)
    func mutations(name: String) throws {
        let original = try Fixture.bytes(name)
        var random = SeededGenerator(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var read = 0
        var refused = 0
        for number in 0..<300 {
            let bytes = mutated(original, &random)
            do throws(PatchMailError) {
                let thread = try PatchThread(reading: bytes)
                check(thread, "\(name), change \(number)")
                read += 1
            } catch {
                #expect(
                    error.line >= 1 && error.line <= bytes.count { $0 == 10 } + 1, "\(name), change \(number)"
                )
                #expect(!error.diagnostic(file: name).message.isEmpty)
                refused += 1
            }
        }
        // Neither may be rare in all, or the test would look at one path only.
        #expect(read + refused == 300)
        #expect(refused > 10)
    }

    private func check(_ thread: PatchThread, _ place: String) {
        #expect(!thread.patches.isEmpty, "\(place)")
        for patch in thread.patches {
            for path in patch.changes.flatMap({ [$0.oldPath, $0.newPath] }).compactMap(\.self) {
                #expect(
                    !path.hasPrefix("/") && !path.split(separator: "/").contains(".."), "\(place): \(path)")
            }
            guard let again = try? PatchThread(reading: patch.diff) else {
                Issue.record("\(place): the diff cannot be read again")
                continue
            }
            #expect(again.patches.map(\.diff) == [patch.diff], "\(place)")
        }
        for misfit in thread.misfits { #expect(!misfit.description.isEmpty, "\(place)") }
    }

    private func mutated(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        let pieces = [
            "\n", "\r\n", "\n\n", "@@ -1,3 +1,9 @@\n", "--- a/x\n+++ b/x\n", "diff --git a/x b/x\n",
            "From x Thu Jan  1 00:00:00 1970\n", "Subject: [PATCH v9 2/9] x\n", "rename from ../x\n", "\0",
            "--=-frontier\n", "=?utf-8?b?", "=\n", "\\ No newline at end of file\n", "-- \n", "Re: ", ">",
            "\"",
        ].map { Array($0.utf8) }
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = .random(in: 0...255, using: &random)
            case 2: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
            case 3:
                bytes.removeSubrange(
                    place..<min(bytes.count, place + Int.random(in: 1...200, using: &random)))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 300)], at: place)
            case 5: bytes.removeSubrange(place...)
            default:
                // A whole line, as programs lose or repeat them.
                let end = bytes[place...].firstIndex(of: 10) ?? bytes.count - 1
                let start = bytes[..<place].lastIndex(of: 10).map { $0 + 1 } ?? 0
                bytes.removeSubrange(start...max(start, end))
            }
        }
        return bytes
    }
}
