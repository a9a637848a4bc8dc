// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Foundation
import TestSupport
import Testing

@Suite("Recorded consoles")
struct RecordedConsoleTests {
    struct Expected: Sendable {
        let kind: String
        /// The title begins with this.
        let title: String
        let isFatal: Bool
        /// Lines that have to be in the text.
        var contains: [String] = []
    }

    static let expected: [String: [Expected]] = [
        "clean-boot": [],
        "lookalikes": [],
        "task-and-memory-dump": [],
        "kcov-init-too-large": [],
        "init-exits": [
            Expected(
                kind: "panic", title: "Kernel panic - not syncing: Attempted to kill init!", isFatal: true,
                contains: ["do_group_exit", "Kernel Offset: disabled"])
        ],
        "init-segfault": [
            Expected(kind: "unhandled", title: "init[1]: segfault at 8 ip", isFatal: false),
            Expected(kind: "panic", title: "Kernel panic - not syncing: Attempted", isFatal: true),
        ],
        "child-segfault": [Expected(kind: "unhandled", title: "init[30]: segfault at 8", isFatal: false)],
        "sysrq-crash": [
            Expected(
                kind: "panic", title: "Kernel panic - not syncing: sysrq triggered crash", isFatal: true,
                contains: ["sysrq_handle_crash"])
        ],
        "out-of-memory": [
            Expected(
                kind: "oom", title: "init invoked oom-killer", isFatal: false,
                contains: ["Out of memory: Killed process 30"]),
            Expected(
                kind: "allocation", title: "init: page allocation failure: order:0", isFatal: false,
                contains: ["pages reserved"]),
        ],
        "out-of-memory-panic": [
            Expected(
                kind: "oom", title: "init invoked oom-killer", isFatal: true,
                contains: ["Kernel panic - not syncing: Out of memory"])
        ],
        "warning": [
            Expected(
                kind: "warning", title: "WARNING: CPU: 0 PID: 31 at mm/vmalloc.c:3838", isFatal: false,
                contains: ["cut here", "kcov_remote_start", "---[ end trace"])
        ],
        "warning-then-panic": [
            Expected(
                kind: "warning", title: "WARNING: CPU: 0 PID: 31 at mm/vmalloc.c:3838", isFatal: true,
                contains: ["Kernel panic - not syncing: kernel: panic_on_warn set", "Kernel Offset"])
        ],
    ]

    @Test("Each recording yields exactly its reports", arguments: expected.keys.sorted())
    func reports(name: String) throws {
        let bytes = try #require(try Shipped.recordings[name])
        let expected = try #require(Self.expected[name])
        let reports = try Shipped.reports(of: bytes)
        #expect(reports.map(\.kind) == expected.map(\.kind))
        for (report, wanted) in zip(reports, expected) {
            #expect(report.title.hasPrefix(wanted.title), "\(report.title)")
            #expect(report.isFatal == wanted.isFatal)
            for part in wanted.contains { #expect(report.text.contains(part), "\(part) in \(report.text)") }
            let lines = String(decoding: bytes, as: UTF8.self).split(
                separator: "\r\n", omittingEmptySubsequences: false)
            let first = try #require(report.text.split(separator: "\n").first)
            #expect(lines[report.line - 1].hasSuffix(first), "line \(report.line)")
        }
    }

    @Test("No recording is left out")
    func complete() throws {
        #expect(try Set(Shipped.recordings.keys) == Set(Self.expected.keys))
    }

    @Test("Where the console is cut into chunks changes nothing", arguments: expected.keys.sorted())
    func chunks(name: String) throws {
        let bytes = try #require(try Shipped.recordings[name])
        let whole = try Shipped.reports(of: bytes)
        for chunk in [1, 2, 3, 5, 7, 16, 61, 1024] {
            #expect(try Shipped.reports(of: bytes, chunk: chunk) == whole, "chunks of \(chunk)")
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<10 {
            var watch = ConsoleWatch(rules: try Shipped.rules)
            var reports: [ConsoleReport] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(rest.count, 300), using: &generator)
                reports += watch.receive(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(reports + watch.finish() == whole)
        }
    }

    @Test("A guest that dies in the middle still has its report, with the same title")
    func torn() throws {
        let bytes = try #require(try Shipped.recordings["warning-then-panic"])
        let whole = try #require(try Shipped.reports(of: bytes).first)
        let text = String(decoding: bytes, as: UTF8.self)
        let start = try #require(text.range(of: "__vmalloc_node_range_noprof+0x55/0x7e0\r\n"))
        let first = text[..<start.upperBound].utf8.count
        for end in stride(from: first, through: bytes.count, by: 37) {
            let reports = try Shipped.reports(of: Array(bytes[..<end]))
            #expect(reports.map(\.title) == [whole.title], "cut at byte \(end)")
            #expect(whole.text.hasPrefix(reports.first?.text ?? "nothing"))
        }
    }

    @Test("A line that the end of the console tore is still read")
    func tornLine() throws {
        let reports = try Shipped.reports(of: Array("[    1.000000] Kernel panic - not syncing: Att".utf8))
        #expect(reports.map(\.kind) == ["panic"])
        #expect(reports.map(\.line) == [1])
    }

    @Test("The phases of a clean boot, and what was tolerated")
    func phases() throws {
        var watch = ConsoleWatch(rules: try Shipped.rules)
        #expect(watch.phase == .silent)
        _ = watch.receive("\u{1b}c\u{1b}[?7lSeaBIOS (version 1.16.2)\r\n".utf8)
        #expect(watch.phase == .firmware)
        let bytes = try #require(try Shipped.recordings["clean-boot"])
        let text = String(decoding: bytes, as: UTF8.self)
        let start = try #require(text.range(of: "Run /init")).lowerBound
        _ = watch.receive(text[..<start].utf8)
        #expect(watch.phase == .kernel)
        let ready = try #require(text.range(of: "kcovlab-agent: ready")).lowerBound
        _ = watch.receive(text[start..<ready].utf8)
        #expect(watch.phase == .start)
        _ = watch.receive(text[ready...].utf8)
        #expect(watch.phase == .agent)
        #expect(watch.lastLines.count == 20)
        var tolerant = ConsoleWatch(rules: try Shipped.rules)
        #expect(tolerant.receive(try #require(try Shipped.recordings["kcov-init-too-large"])).isEmpty)
        #expect(tolerant.tolerated.map(\.report.kind) == ["allocation"])
        #expect(tolerant.tolerated.allSatisfy { $0.reason.contains("KCOV_INIT_TRACE") })
    }
}
