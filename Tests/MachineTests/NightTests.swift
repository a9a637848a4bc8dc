// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import Installation
import KcovLabTesting
import Lab
import Testing

/// Three nights over real kernels: branches of one repository that differ in kernel/kcov.c only.
@Suite("Nights on real kernels", .machine)
struct NightTests {
    /// What a branch is made to be by editing kernel/kcov.c.
    private enum Change: String, CaseIterable {
        case clean = "kcov: as it was"
        case breaks = "kcov: leave a hole behind each record"
        case nobuild = "kcov: forget a parenthesis"
        case panics = "kcov: be strict at boot"

        func applied(to text: String) throws -> String {
            let (old, new) =
                switch self {
                case .clean: ("", "")
                case .breaks: ("pos = READ_ONCE(area[0]) + 1;", "pos = READ_ONCE(area[0]) + 2;")
                case .nobuild: ("pos = READ_ONCE(area[0]) + 1;", "pos = READ_ONCE(area[0] + 1;")
                case .panics:
                    (
                        "static int __init kcov_init(void)\n{\n",
                        "static int __init kcov_init(void)\n{\n\tpanic(\"kcov is strict\");\n"
                    )
                }
            guard self != .clean else { return text }
            #expect(text.contains(old), "kernel/kcov.c has the place that is to be changed")
            return text.replacing(old, with: new, maxReplacements: 1)
        }
    }

    @Test("Branches move, break and get fixed; each night's page says what is news")
    func threeNights() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-nights-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let remote = try await KernelRemote.make(at: directory.appending(path: "remote.git"))
        let original = try await remote.kcov()
        let branches = ["still", "moves", "nobuild", "panics"]
        for branch in branches {
            try await remote.commit(original, to: branch, saying: Change.clean.rawValue)
        }
        let config = directory.appending(path: "nightly.yaml")
        try Data(
            """
            image: debian-6.12
            scenarios: [L01, U01]
            repeat: 2
            remotes: {r: \(remote.directory.path)}
            branches:
            \(branches.map { "  - {remote: r, branch: \($0), name: \($0)}" }.joined(separator: "\n"))
            """.utf8
        ).write(to: config)
        let output = directory.appending(path: "out")

        // One kernel for four branches.
        try #require(try await night(config, output) == 0)
        #expect(try states(output) == branches.map { "\($0) tested" })
        #expect(try page(output).contains("Nothing regressed tonight."))

        let changes: [(String, Change)] = [("moves", .breaks), ("nobuild", .nobuild), ("panics", .panics)]
        for (branch, change) in changes {
            try await remote.commit(
                try change.applied(to: original), to: branch, saying: change.rawValue)
        }
        try #require(try await night(config, output) == 1)
        #expect(
            try states(output) == [
                "still carried", "moves tested L01 new-failure", "nobuild not-built (build) new-failure",
                "panics tested (boot) new-failure",
            ])
        var page = try page(output)
        for text in [
            "3 regressions tonight.", "moves: L01 exact-count", "nobuild: (build)", "panics: (boot)",
            "kernel/kcov.c:", Change.breaks.rawValue, "kcov is strict", "first bad commit",
        ] { #expect(page.contains(text), "\(text)") }

        for (branch, _) in changes.dropLast() {
            try await remote.commit(original, to: branch, saying: Change.clean.rawValue)
        }
        try #require(try await night(config, output) == 0)
        #expect(
            try states(output) == [
                "still carried", "moves tested L01 fixed", "nobuild tested (build) fixed",
                "panics carried (boot) still-failing",
            ])
        page = try self.page(output)
        for text in ["Nothing regressed tonight.", "<h2>Fixed</h2>", "<h2>Still failing</h2>"] {
            #expect(page.contains(text), "\(text)")
        }
        let store = try HistoryStore.open(output.appending(path: "history.sqlite"))
        let history = try store.history(of: "exact-count", on: "moves", last: 9)
        #expect(history.points.map(\.entry.verdict) == [.fixed, .newFailure, .passed])
        #expect(history.points.allSatisfy { $0.boot ?? 0 > 0 })
        let counts = history.points.map { $0.entry.buffers.map(\.distinct) }
        // Not the same number each night: what interrupts the thread is among it.
        #expect(counts.allSatisfy { $0.contains { $0 > 0 } } && counts[0].count == counts[2].count)
    }

    /// Runs one night as a timer would.
    private func night(_ config: URL, _ output: URL) async throws -> Int32 {
        try await ShippedCommand.run(
            ["nightly", config.path, "--once", "--output", output.path], expecting: [0, 1]
        ).code
    }

    /// Each branch of the newest night with its verdicts that are not simply fine.
    private func states(_ output: URL) throws -> [String] {
        let store = try HistoryStore.open(output.appending(path: "history.sqlite"))
        let night = try #require(try store.nights(last: 1).first)
        #expect(night.ended != nil)
        return try store.runs(of: night).map { run in
            let verdicts = run.results.filter { $0.verdict != .passed }
                .map { "\($0.id ?? $0.scenario) \($0.verdict.rawValue)" }
            return ([run.branch, run.state.rawValue] + verdicts).joined(separator: " ")
        }
    }

    private func page(_ output: URL) throws -> String {
        try String(contentsOf: output.appending(path: "index.html"), encoding: .utf8)
    }
}
