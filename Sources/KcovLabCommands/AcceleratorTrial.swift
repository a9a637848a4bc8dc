// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import KernelBuild
import Lab
import Reports
import ScenarioModel
import Synchronization

/// An accelerator that has to be shown to work where it exists, because we develop without it.
enum TriedAccelerator: String, CaseIterable, ExpressibleByArgument {
    case kvm

    var choice: AcceleratorChoice { .kvm }
}

/// Runs a local and a remote scenario again and again, each in a guest restored from a saved state.
struct AcceleratorTrial: Sendable {
    static let scenarios = ["L01", "R01"]

    let accelerator: AcceleratorChoice
    let kernel: KernelChoice
    let settings: Settings
    var rounds = 20

    /// Runs everything and says how often each scenario held and how many guests were restored.
    ///
    /// - Returns: The verdict; an accelerator that cannot restore guests fails, though every scenario passed.
    func run(writer: TerminalWriter) async throws -> ExitStatus {
        let scenarios = try ScenarioCatalog.load(directory: ShippedData.locate(settings: settings).scenarios)
            .select(Self.scenarios)
        let directory = try RunDirectory.create(
            below: settings.cache.appending(path: "trials"), image: kernel.name, now: Date())
        let journal = try RunJournal(writer: writer, file: directory.events)
        let count = Mutex(RestoreCount())
        let request = LabRequest(kernel: kernel, accelerator: accelerator, jobs: 1, output: directory.url)
        let session = try await LabSession.open(request, settings: settings) { event in
            journal.receive(event)
            count.withLock { $0.receive(event) }
        }
        for _ in 0..<rounds {
            for scenario in scenarios where !Task.isCancelled { _ = await session.run(scenario) }
        }
        await session.end()
        try Task.checkCancellation()
        for scenario in scenarios {
            let outcomes = journal.results.filter { $0.name == scenario.name }.map(\.outcome)
            let passed = outcomes.count { $0 == .passed }
            writer.write(["\(scenario.id ?? scenario.name): \(passed) of \(outcomes.count) runs passed"])
        }
        let restored = count.withLock(\.restored)
        writer.write(["restore: \(restored) of \(journal.results.count) guests were restored"])
        let status = ExitStatus(outcomes: journal.results.map(\.outcome), requiresMachine: true)
        return status == .success && restored < journal.results.count ? .hostFailed : status
    }
}
