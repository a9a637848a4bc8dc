// SPDX-License-Identifier: Apache-2.0

import Foundation
import KcovLabCommands
import KcovModel
import KernelSymbols
import Lab
import Reports
import ScenarioModel
import Testing

@Suite("Who covers a place that opens sections")
struct SectionCoverageTests {
    private static let scenarios = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scenarios")
    private static let code = ProgramCounter(rawValue: 0xffff_ffff_8123_4567)

    private static func site(_ function: String, points: [ProgramCounter]) -> SectionSite {
        let frame = SourceFrame(function: function, file: "a.c", line: 3)
        return SectionSite(pc: code, symbol: function, opener: frame, frames: [frame], points: points)
    }

    /// A directory of runs, removed after the body.
    private func withRuns(_ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "kcovlab-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url)
    }

    /// Leaves a run of one scenario whose buffer has these words behind its count.
    private func run(
        _ time: String, in runs: URL, scenario: String, _ outcome: Outcome, buffer: String = "remote",
        words: [UInt64], key: String = "k"
    ) throws {
        let directory = try RunDirectory.use(runs.appending(path: time))
        let file = "coverage/\(buffer).bin"
        try FileManager.default.createDirectory(
            at: directory.url.appending(path: "coverage"), withIntermediateDirectories: true)
        let bytes = ([UInt64(words.count)] + words).flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        try Data(bytes).write(to: directory.url.appending(path: file))
        let result = ScenarioResult(
            name: scenario, id: nil, contract: nil, outcome: outcome, seconds: 1, reason: nil, findings: [],
            console: nil, steps: [],
            buffers: [
                BufferSummary(
                    name: buffer, mode: "pc", count: UInt64(words.count), functions: [], file: file)
            ])
        let record = RunRecord(
            kernel: KernelSummary(image: "i", release: "r", key: key, features: [], remarks: []),
            accelerator: "tcg", acceleratorReason: "", timeFactor: 1, connection: "", scenarios: [result],
            strayReports: [], replay: "", seconds: 1)
        try ReportFiles.write(record, to: directory)
    }

    /// The evidence of each scenario, `name evidence`.
    private func evidence(
        _ site: SectionSite, _ runs: URL, only name: String, features: Set<String> = ["vhost-task"],
        twins: [SectionSite] = []
    ) throws -> [String] {
        let catalog = try ScenarioCatalog.load(directory: Self.scenarios)
        return SectionCoverage(
            site: site, among: [site] + twins, scenarios: try catalog.select([name]), features: features,
            runs: RecordedRuns(below: runs, ofKernel: "k")
        ).covers.map { "\($0.scenario.name) \($0.evidence.rawValue)" }
    }

    @Test("Code of the section in a remote buffer is recorded, other code is nothing")
    func recorded() throws {
        try withRuns { runs in
            let site = Self.site("hub_event", points: [Self.code])
            #expect(try evidence(site, runs, only: "usb-hub") == ["usb-hub declared"])
            try run("1", in: runs, scenario: "usb-hub", .passed, words: [1, Self.code.rawValue])
            #expect(try evidence(site, runs, only: "usb-hub") == ["usb-hub recorded"])
            try run("2", in: runs, scenario: "usb-hub", .passed, words: [])
            #expect(try evidence(site, runs, only: "usb-hub").isEmpty, "the newest verdict counts")
            try run("3", in: runs, scenario: "usb-hub", .passed, words: [1, 2])
            #expect(try evidence(site, runs, only: "usb-hub") == ["usb-hub passed"])
        }
    }

    @Test("Where a function opens sections in two places, only recorded code tells which it was")
    func twins() throws {
        try withRuns { runs in
            let site = Self.site("ieee80211_iface_work", points: [Self.code])
            let twin = Self.site("ieee80211_iface_work", points: [ProgramCounter(rawValue: 2)])
            try run("1", in: runs, scenario: "wifi-iface-work", .passed, words: [Self.code.rawValue])
            #expect(
                try evidence(site, runs, only: "wifi-iface-work", twins: [twin])
                    == ["wifi-iface-work recorded"])
            #expect(try evidence(twin, runs, only: "wifi-iface-work", twins: [site]).isEmpty)
        }
    }

    @Test("A section without code of its own needs a run that passed and collected something")
    func passed() throws {
        try withRuns { runs in
            let site = Self.site("vhost_run_work_list", points: [])
            try run("1", in: runs, scenario: "vhost-kick-exact", .passed, words: [])
            #expect(try evidence(site, runs, only: "vhost-kick-exact").isEmpty)
            try run("2", in: runs, scenario: "vhost-kick-exact", .passed, words: [1])
            #expect(try evidence(site, runs, only: "vhost-kick-exact") == ["vhost-kick-exact passed"])
            // A skipped scenario and another kernel say nothing; a failure does.
            try run("3", in: runs, scenario: "vhost-kick-exact", .skipped, words: [])
            try run("4", in: runs, scenario: "vhost-kick-exact", .failed, words: [1], key: "other")
            #expect(try evidence(site, runs, only: "vhost-kick-exact") == ["vhost-kick-exact passed"])
            try run("5", in: runs, scenario: "vhost-kick-exact", .failed, words: [1])
            #expect(try evidence(site, runs, only: "vhost-kick-exact").isEmpty)
        }
    }

    @Test("A scenario that names another promise covers nothing, whatever its buffer has")
    func undeclared() throws {
        try withRuns { runs in
            // The function runs inside the receiver's section there, and opens none.
            let site = Self.site("__usb_hcd_giveback_urb", points: [Self.code])
            try run("1", in: runs, scenario: "giveback-in-task", .passed, words: [Self.code.rawValue])
            #expect(try evidence(site, runs, only: "giveback-in-task").isEmpty)
            #expect(try evidence(Self.site("nobody_knows", points: []), runs, only: "usb-hub").isEmpty)
        }
    }

    @Test("Local buffers are no evidence")
    func local() throws {
        try withRuns { runs in
            let site = Self.site("ieee80211_rx_list", points: [Self.code])
            for buffer in ["local", "sending"] {
                try run(
                    "1\(buffer)", in: runs, scenario: "softirq-over-local", .passed, buffer: buffer,
                    words: [Self.code.rawValue])
                #expect(try evidence(site, runs, only: "softirq-over-local").isEmpty)
            }
        }
    }

    @Test("A scenario that does not apply to the kernel covers nothing")
    func notApplicable() throws {
        try withRuns { runs in
            let site = Self.site("vhost_run_work_kthread_list", points: [])
            let without = try evidence(site, runs, only: "kthread-worker")
            #expect(without.isEmpty)
            let with = try evidence(site, runs, only: "kthread-worker", features: ["vhost-fork-owner"])
            #expect(with == ["kthread-worker declared"])
        }
    }
}
