// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KcovLabCommands
import KernelBuild
import Lab
import ScenarioModel
import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

@Suite("Trees on the command line")
struct TreeCommandTests {
    /// A directory that is no kernel tree.
    private static let empty = FileManager.default.temporaryDirectory.path

    @Test(
        "A tree that cannot be tested is bad input, whatever would be done with it",
        arguments: [
            ["--tree", "/no/such/directory"], ["--tree", "/dev/null"], ["--tree", empty], ["--ref", "main"],
            ["--tree", empty, "--ref", "main"], ["--tree", empty, "--patch", "/no/such.patch"],
        ], [["build"], ["build", "--dry-run"], ["run", "--dry-run", "L01"], ["mutants", "--dry-run"]])
    func badInput(tree: [String], command: [String]) async {
        #expect(await KcovLab.execute(command + tree) == ExitStatus.badInput.rawValue)
    }

    @Test("The steps of a series need a series")
    func each() async {
        #expect(await KcovLab.execute(["run", "--each"]) == ExitStatus.usage.rawValue)
        #expect(
            await KcovLab.execute(["run", "--each", "--patch", "/no/such.patch"])
                == ExitStatus.badInput.rawValue)
    }
}

@Suite("Dry run")
struct DryRunTests {
    @Test("A plan names the kernel, what would be done, and which scenarios say nothing about it")
    func plan() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, text) in [
            ("Makefile", "VERSION = 6\nPATCHLEVEL = 1\n"), ("Kconfig", "config KCOV\n"),
            ("kernel/kcov.c", "\n"),
        ] {
            let file = root.appending(path: "linux/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let shipped = try ShippedData.locate()
        let settings = Settings(environment: ["KCOVLAB_CACHE": root.appending(path: "cache").path])
        let plan = try await KernelBuilder(settings: settings, shipped: shipped).plan(
            KernelChoice(image: "debian-6.12-simultaneous", tree: root.appending(path: "linux")))
        let scenarios = try ScenarioCatalog.load(directory: shipped.scenarios).scenarios
        let about = DryRun.lines(plan)
        #expect(about.first == "kernel       linux")
        #expect(about.contains("claims       nothing") && about.contains("apply        nothing"))
        #expect(about.contains("fetch        nothing"))
        #expect(about.contains { $0.hasPrefix("build        yes: key ") })
        let checks = DryRun.lines(checking: scenarios, on: plan, connection: "c", accelerator: "auto")
        #expect(checks.first == "boot         2 processors, 512 MiB, accelerator auto, c")
        #expect(checks.contains { $0.hasSuffix("P01 local-then-remote (exclusive)") })
        let refused = scenarios.count { $0.inapplicability(features: []) != nil }
        #expect(refused > 0)
        #expect(checks.count { $0.contains("it says something about kernels with") } == refused)
        let count = scenarios.count
        #expect(
            checks.last
                == "plan         \(count - refused) of \(count) scenarios; nothing was built or booted")
    }
}

@Suite("Overview of a series")
struct SeriesOverviewTests {
    private func record(_ outcomes: [String: Outcome]) -> RunRecord {
        RunRecord(
            kernel: KernelSummary(image: "i", release: "r", key: "k", features: [], remarks: []),
            accelerator: "tcg", acceleratorReason: "asked for", timeFactor: 1, connection: "c",
            scenarios: outcomes.sorted { $0.key < $1.key }.map { id, outcome in
                ScenarioResult(
                    name: "name-\(id)", id: id, contract: id == "P01" ? "exclusive" : nil, outcome: outcome,
                    seconds: 1, reason: nil,
                    findings: [], console: nil, steps: [], buffers: [])
            }, strayReports: [], replay: "", seconds: 3)
    }

    private func overview(_ steps: [[String: Outcome]?]) -> SeriesOverview {
        var overview = SeriesOverview(count: steps.count)
        for (index, outcomes) in steps.enumerated() {
            if let outcomes {
                let record = record(outcomes)
                overview.add(
                    "patch \(index)\u{1b}", record: record,
                    status: record.exitStatus(requiresMachine: true).rawValue, directory: "dir/\(index + 1)")
            } else {
                overview.add(
                    "patch \(index)", failure: CommandFailure("no\nbuild\nlog", status: .kernelFailed),
                    directory: "dir/\(index + 1)")
            }
        }
        return overview
    }

    @Test("Each step is there with what it changed")
    func changes() {
        let lines = overview([
            ["L01": .passed, "P01": .failed], ["L01": .failed, "P01": .passed],
            ["L01": .passed, "P01": .passed],
        ]).lines
        #expect(
            lines == [
                "step 1 of 3: patch 0\\x1b", "  2 scenarios: 1 passed, 1 failed in 3.0 s", "  dir/1",
                "step 2 of 3: patch 1\\x1b", "  2 scenarios: 1 passed, 1 failed in 3.0 s",
                "  L01: passed, now failed", "  P01: failed (exclusive), now passed (exclusive)", "  dir/2",
                "step 3 of 3: patch 2\\x1b", "  2 scenarios: 2 passed in 3.0 s", "  L01: failed, now passed",
                "  dir/3",
            ])
    }

    @Test("A step that did not build is told, and what it hid is compared with nothing")
    func unbuilt() {
        let overview = overview([["L01": .passed], nil, ["L01": .failed]])
        #expect(
            overview.lines.dropFirst(3).prefix(3)
                == ["step 2 of 3: patch 1", "  no build", "  dir/2"])
        #expect(!overview.isEmpty)
    }

    @Test("A series that ended early says what was not tried")
    func early() {
        var overview = SeriesOverview(count: 3)
        overview.add("patch", failure: CommandFailure("does not apply", status: .badInput), directory: nil)
        #expect(overview.lines.last == "steps 2 to 3 were not tried")
        #expect(overview.isEmpty)
        #expect(overview.status == ExitStatus.badInput.rawValue)
    }

    @Test(
        "The code is that of the worst step",
        arguments: [
            ([["L01": .passed], ["L01": .passed]], ExitStatus.success),
            ([["L01": .failed], ["L01": .passed]], .expectationFailed),
            ([["L01": .failed], nil, ["L01": .passed]], .kernelFailed),
            ([nil, ["L01": .hostFailed], ["L01": .passed]], .hostFailed),
        ] as [([[String: Outcome]?], ExitStatus)])
    func worst(steps: [[String: Outcome]?], status: ExitStatus) {
        #expect(overview(steps).status == status.rawValue)
    }
}
