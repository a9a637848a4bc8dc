// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import Installation
import KcovLabTesting
import Lab
import TestSupport
import Testing

/// Three nights over real kernels: five branches of one repository.
///
/// They differ in kernel/kcov.c and drivers, and the one with simultaneous enable is configured as the image that was built
/// with it, so no kernel is compiled as a whole. With KCOVLAB_TEST_ALL=1 that one is built from the plain image: its change
/// of include/linux/sched.h reaches nearly every file.
@Suite("Nights on real kernels", .machine)
struct NightTests {
    private static let simultaneous =
        Settings.current.testsEverything ? "debian-6.12" : "debian-6.12-simultaneous"

    /// One test with its own directory, remote and nights.
    private struct Nights {
        let directory: URL
        let remote: NightRemote
        var output: URL { directory.appending(path: "out") }
        private var config: URL { directory.appending(path: "nightly.yaml") }

        init() async throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-nights-\(UUID())")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            remote = try await NightRemote.make(at: directory.appending(path: "remote.git"))
            let branches = NightRemote.branches.map { name in
                let more = name == "simultaneous" ? ", image: \(simultaneous), scenarios: [L01, P01]" : ""
                return "  - {remote: r, branch: \(name), name: \(name)\(more)}"
            }
            try Data(
                """
                image: debian-6.12
                scenarios: [L01, U01]
                repeat: 2
                remotes: {r: \(remote.remote.directory.path)}
                branches:
                \(branches.joined(separator: "\n"))
                """.utf8
            ).write(to: config)
        }

        /// Runs one night as a timer would.
        func night() async throws -> Int32 {
            try await ShippedCommand.run(
                ["nightly", config.path, "--once", "--output", output.path], expecting: [0, 1]
            ).code
        }

        /// Each branch of the newest night with its verdicts that are not simply fine.
        func states() throws -> [String] {
            try runs().map { run in
                let verdicts = run.results.filter { $0.verdict != .passed }
                    .map { "\($0.id ?? $0.scenario) \($0.verdict.rawValue)" }
                return ([run.branch, run.state.rawValue] + verdicts).joined(separator: " ")
            }
        }

        /// What the newest night did.
        func runs() throws -> [BranchRun] {
            let store = try HistoryStore.open(output.appending(path: "history.sqlite"))
            let night = try #require(try store.nights(last: 1).first)
            #expect(night.ended != nil)
            return try store.runs(of: night)
        }

        /// A page, below the directory of the nights.
        func page(_ path: String = "index.html") throws -> String {
            try String(contentsOf: output.appending(path: path), encoding: .utf8)
        }

        /// A page of the newest run of a branch.
        func page(_ path: String, of branch: String) throws -> String {
            let run = try #require(try runs().first { $0.branch == branch })
            return try page(try #require(run.evidence) + "/" + path)
        }
    }

    @Test("Branches move, break and get fixed; each night's page says what is news and which commit it was")
    func threeNights() async throws {
        let nights = try await Nights()
        defer { try? FileManager.default.removeItem(at: nights.directory) }
        let remote = nights.remote

        try #require(try await nights.night() == 0)
        #expect(try nights.states() == NightRemote.branches.map { "\($0) tested" })
        #expect(try nights.page().contains("Nothing regressed tonight."))

        try await remote.move("simultaneous")
        try await remote.pushHole(to: "breaks")
        try await remote.push(.parenthesis, to: "nobuild")
        try await remote.push(.strict, to: "panics")
        try #require(try await nights.night() == 1)
        #expect(
            try nights.states() == [
                "clean carried", "simultaneous tested", "breaks tested L01 new-failure",
                "nobuild not-built (build) new-failure", "panics tested (boot) new-failure",
            ])
        try await expectSecondNight(nights)

        try await remote.push(.same, to: "breaks")
        try await remote.push(.same, to: "nobuild")
        try #require(try await nights.night() == 0)
        #expect(
            try nights.states() == [
                "clean carried", "simultaneous carried", "breaks tested L01 fixed",
                "nobuild tested (build) fixed", "panics carried (boot) still-failing",
            ])
        let page = try nights.page()
        for text in ["Nothing regressed tonight.", "<h2>Fixed</h2>", "<h2>Still failing</h2>"] {
            #expect(page.contains(text), "\(text)")
        }
        try expectHistory(nights)
        try await expectReadable(nights)
    }

    /// What broke, who did it, and the evidence.
    private func expectSecondNight(_ nights: Nights) async throws {
        let page = try nights.page()
        for text in [
            "3 regressions tonight.", "breaks: L01 exact-count", "nobuild: (build)", "panics: (boot)",
            "drivers/vhost/net.c:", "vhost is strict",
        ] { #expect(page.contains(text), "\(text)") }
        // The commit in the middle, and the one that each of the others is.
        for change in [NightRemote.Change.hole, .parenthesis, .strict] {
            let culprit = try Regex("first bad commit [0-9a-f]{12} \(change.rawValue) ")
            #expect(page.contains(culprit), "\(change.rawValue)")
        }
        let run = try nights.page("index.html", of: "breaks")
        for text in ["again/report.txt", "bisect-", "source/index.html", "coverage.info"] {
            #expect(run.contains(text), "\(text)")
        }
        // What L01 calls; kernel/kcov.c records nothing of itself.
        let source = try nights.page("source/fs/ioctl.c.html", of: "breaks")
        #expect(source.contains("<div class=\"hit\"") && source.contains("<div class=\"missed\""))
        #expect(try nights.page("coverage.info", of: "breaks").contains("SF:fs/ioctl.c\n"))
        let (isValid, said) = try await CheckoutScript.run(
            "validate-kcidb.sh", [nights.output.appending(path: "kcidb.json").path])
        #expect(isValid, "\(said)")
        #expect(said.contains("4 checkouts, 4 builds,"), "\(said)")
    }

    private func expectHistory(_ nights: Nights) throws {
        let store = try HistoryStore.open(nights.output.appending(path: "history.sqlite"))
        let history = try store.history(of: "exact-count", on: "breaks", last: 9)
        #expect(history.points.map(\.entry.verdict) == [.fixed, .newFailure, .passed])
        #expect(history.points.allSatisfy { $0.boot ?? 0 > 0 })
        let counts = history.points.map { $0.entry.buffers.map(\.distinct) }
        // Not the same number each night: what interrupts the thread is among it.
        #expect(counts.allSatisfy { $0.contains { $0 > 0 } } && counts[0].count == counts[2].count)
    }

    /// Every page, as a browser sees it.
    private func expectReadable(_ nights: Nights) async throws {
        guard CheckoutScript.hasBrowser else { return }
        let (isFine, said) = try await CheckoutScript.run(
            "check-site.py", ["--limit", "24", nights.output.path])
        #expect(isFine, "\(said)")
    }
}
