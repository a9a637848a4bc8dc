// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import TestSupport
import Testing

@Suite("Hostile consoles")
struct HostileConsoleTests {
    @Test("Random bytes crash nothing and leave the watch working")
    func random() throws {
        var generator = SeededGenerator(seed: 1)
        var watch = ConsoleWatch(rules: try Shipped.rules)
        let alphabet = Array("[] .:<>=-0123456789BUG:WARNING: at \u{1b}[\n\r\t\0".utf8)
        for round in 0..<200 {
            let bytes: [UInt8] = (0..<200).map { _ in
                round.isMultiple(of: 2)
                    ? UInt8.random(in: .min ... .max, using: &generator)
                    : alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            _ = watch.receive(bytes)
        }
        _ = watch.settle()
        #expect(
            watch.receive("\nKernel panic - not syncing: x\nKernel Offset: 1\n".utf8).map(\.kind) == ["panic"]
        )
    }

    @Test("A line without an end is cut, and the next one is read")
    func endless() throws {
        var watch = ConsoleWatch(rules: try Shipped.rules)
        #expect(watch.receive(repeatElement(UInt8(ascii: "x"), count: 300_000)).isEmpty)
        #expect(watch.receive("\nKernel panic - not syncing: x\nKernel Offset: 1\n".utf8).map(\.line) == [2])
        #expect(watch.lastLines.allSatisfy { $0.utf8.count <= 4096 })
    }

    @Test("A report without an end is capped in lines and bytes")
    func long() throws {
        let line = String(repeating: "y", count: 4000) + "\n"
        let many = String(repeating: line, count: 600)
        let reports = try Shipped.reports(of: Array("Kernel panic - not syncing: x\n\(many)".utf8))
        #expect(reports.count == 1)
        let text = try #require(reports.first?.text)
        #expect(text.utf8.count <= ConsoleWatch.reportLimit)
        #expect(text.hasSuffix("[cut]"))
    }

    @Test("Escape sequences do not hide a report")
    func escapes() throws {
        let text =
            "\u{1b}[31m[    1.000000] \u{1b}[1mKernel\u{1b}[0m panic - not\u{1b}(B syncing: x\u{1b}[K\r\n"
        #expect(try Shipped.reports(of: Array(text.utf8)).map(\.title) == ["Kernel panic - not syncing: x"])
        let unfinished = "\u{1b}[" + String(repeating: "1;", count: 100) + "\nKernel panic - not syncing: x\n"
        #expect(try Shipped.reports(of: Array(unfinished.utf8)).map(\.kind) == ["panic"])
    }

    @Test("Bytes that are no text are replaced, not dropped")
    func notText() throws {
        let bytes = Array("Kernel panic - not syncing: ".utf8) + [0xff, 0xfe] + Array("\n".utf8)
        let report = try #require(try Shipped.reports(of: bytes).first)
        #expect(report.title == "Kernel panic - not syncing: \u{fffd}\u{fffd}")
    }
}
