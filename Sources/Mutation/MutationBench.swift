// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
package import Installation
import KernelBuild
import Lab
package import ScenarioModel

/// Shows which deliberate kernel bugs the scenarios find.
///
/// The unmutated kernel comes first and must pass. A kill counts when a second guest repeats it and the scenario that
/// killed passes twenty times on the unmutated kernel.
package struct MutationBench: Sendable {
    private let request: MutationRequest
    private let scenarios: [Scenario]
    private let settings: Settings
    private let history: KillHistory
    private let onEvent: @Sendable (MutationEvent) -> Void

    package init(
        _ request: MutationRequest, scenarios: [Scenario], settings: Settings,
        onEvent: @escaping @Sendable (MutationEvent) -> Void
    ) {
        self.request = request
        self.scenarios = scenarios
        self.settings = settings
        self.onEvent = onEvent
        history = KillHistory(file: settings.cache.appending(path: "notes/kills.json"))
    }

    /// Tries every mutant.
    ///
    /// - Parameter mutants: At least one.
    /// - Returns: The record; without mutants when a baseline did not pass, and with those that were done when the task
    ///   was cancelled.
    /// - Throws: What building and booting the unmutated kernels throws.
    package func run(_ mutants: [Mutant]) async throws -> MutationRecord {
        let start = ContinuousClock.now
        var record = MutationRecord(
            image: request.lab.kernel.name, baselines: [], results: [], scenarios: scenarios.map(\.name),
            seconds: 0)
        var seconds: [String: Double] = [:]
        var applicable: [Scenario] = []
        for needs in kernels(of: mutants) {
            onEvent(.baselineStarted(needs: needs))
            let baseline = try await Lab.run(
                labRequest(needs: needs), scenarios: scenarios, replay: "", settings: settings,
                onEvent: events(of: name(needs: needs)))
            record.baselines.append(baseline)
            record.seconds = (ContinuousClock.now - start) / .seconds(1)
            onEvent(.baselineEnded(needs: needs, baseline))
            if baseline.exitStatus(requiresMachine: true) != .success { return record }
            if needs.isEmpty || applicable.isEmpty {
                let ran = Set(baseline.scenarios.filter { $0.outcome != .notApplicable }.map(\.name))
                applicable = scenarios.filter { ran.contains($0.name) }
                for result in baseline.scenarios { seconds[result.name] = result.seconds }
            }
        }
        record.results = await tryAll(mutants, applicable, seconds)
        if !Task.isCancelled { try await confirm(&record.results) }
        history.keep()
        record.results.sort { $0.mutant.name < $1.mutant.name }
        record.seconds = (ContinuousClock.now - start) / .seconds(1)
        return record
    }

    /// The fragments of each kernel that mutants are judged on, none first.
    private func kernels(of mutants: [Mutant]) -> [[String]] {
        var kernels: [[String]] = []
        for mutant in mutants where mutant.equivalent == nil && !kernels.contains(mutant.needs) {
            kernels.append(mutant.needs)
        }
        return kernels.sorted { $0.count < $1.count }
    }

    private func tryAll(
        _ mutants: [Mutant], _ scenarios: [Scenario], _ seconds: [String: Double]
    ) async -> [MutantResult] {
        await withTaskGroup(of: MutantResult?.self) { group in
            var waiting = mutants.makeIterator()
            func start() {
                guard !Task.isCancelled, let mutant = waiting.next() else { return }
                group.addTask {
                    onEvent(.mutantStarted(mutant))
                    let trial = MutantTrial(
                        mutant: mutant,
                        scenarios: history.order(scenarios, for: mutant, seconds: seconds),
                        request: labRequest(of: mutant), isFull: request.isFull, settings: settings,
                        onEvent: events(of: mutant.name))
                    guard let result = try? await trial.run() else { return nil }
                    for kill in result.kills { history.note(kill.scenario, killed: mutant) }
                    onEvent(.mutantEnded(result))
                    return result
                }
            }
            for _ in 0..<request.jobs { start() }
            var results: [MutantResult] = []
            while let result = await group.next() {
                if let result { results.append(result) }
                start()
            }
            return results
        }
    }

    /// Takes back the kills of scenarios that do not always pass on the unmutated kernel.
    private func confirm(_ results: inout [MutantResult]) async throws {
        for needs in kernels(of: results.map(\.mutant)) {
            let killers = Set(
                results.filter { $0.mutant.needs == needs }.flatMap { $0.kills.map(\.scenario) })
            guard !killers.isEmpty else { continue }
            let session = try await LabSession.open(
                labRequest(needs: needs), settings: settings, onEvent: events(of: name(needs: needs)))
            for scenario in scenarios where killers.contains(scenario.name) && !Task.isCancelled {
                onEvent(.confirming(scenario: scenario.name))
                let runs = await GreenRuns.count(of: scenario, on: session)
                for index in results.indices where results[index].mutant.needs == needs {
                    results[index].takeBack(scenario.name, unless: runs)
                }
            }
            await session.end()
        }
    }

    private func labRequest(needs: [String]) -> LabRequest {
        var lab = request.lab
        lab.kernel.kconfigs += needs
        lab.output = request.lab.output.appending(path: name(needs: needs))
        return lab
    }

    private func labRequest(of mutant: Mutant) -> LabRequest {
        var lab = request.lab
        lab.kernel.kconfigs += mutant.needs
        lab.kernel.patches.append(mutant.patch)
        // Several mutants share this machine.
        if request.jobs > 1 { lab.jobs = 1 }
        lab.output = request.lab.output.appending(path: mutant.name)
        return lab
    }

    private func name(needs: [String]) -> String { (["baseline"] + needs).joined(separator: "+") }

    private func events(of name: String) -> @Sendable (RunEvent) -> Void {
        { [onEvent] event in onEvent(.run(of: name, event)) }
    }
}
