// SPDX-License-Identifier: Apache-2.0

import Bisection
import Comparison
import CoverageAssertions
import Foundation
import Installation
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// Tests kernels as `kcovlab run` does, for a night or a search.
struct RunTester: KernelTester {
    let settings: Settings
    let shipped: ShippedData
    let writer: TerminalWriter
    let interruption: Interruption
    var accelerator = AcceleratorChoice.auto
    var isolation = Isolation.fresh
    var jobs: Int?
    /// Whether every source is trusted, as the whole command was told.
    var isTrusted = false

    func test(
        _ choice: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        var kernel = choice
        kernel.isTrusted = kernel.isTrusted || isTrusted
        let words =
            ["kcovlab", "run"] + scenarios.map(\.name) + kernel.words
            + (host == LabRequest.defaultConnection ? [] : ["--connect", host])
        let request = LabRequest(
            kernel: kernel, connection: host, accelerator: accelerator, isolation: isolation, jobs: jobs,
            repeats: repeats, output: directory.url)
        let run = KernelRun(
            request: request, scenarios: scenarios, replay: words.joined(separator: " "),
            directory: directory,
            settings: settings, reportsBuildFailures: true)
        return try await run.execute(writer: writer, interruption: interruption)
    }

    func compare(
        _ scenario: String, from base: (directory: URL, name: String), to head: (directory: URL, name: String)
    ) async throws -> String {
        let builder = KernelBuilder(settings: settings, shipped: shipped)
        let noise = try NoiseRules.load(shipped.noiseRules)
        var sides: [ComparedRun] = []
        for side in [base, head] {
            sides.append(
                try await CompareCommand.compared(
                    SavedRun(reading: side.directory).only(scenario), as: side.name, noise: noise,
                    builder: builder, settings: settings))
        }
        return ComparisonText(RunComparison(base: sides[0], head: sides[1])).text
    }

    func coverage(of directory: URL) async throws -> LineCoverage? {
        try await RecordedLines(settings: settings, shipped: shipped).coverage(
            of: SavedRun(reading: directory), named: directory.path)
    }

    func key(of kernel: KernelChoice) async throws -> String? {
        try await KernelBuilder(settings: settings, shipped: shipped).plan(kernel).key
    }
}
