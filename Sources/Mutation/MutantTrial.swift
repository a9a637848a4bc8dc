// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import KernelBuild
import Lab
import ScenarioModel

/// One mutant from its patch to its verdict.
struct MutantTrial: Sendable {
    let mutant: Mutant
    /// In the order in which they are tried.
    let scenarios: [Scenario]
    let request: LabRequest
    let isFull: Bool
    let settings: Settings
    let onEvent: @Sendable (RunEvent) -> Void

    /// Builds the mutant and runs scenarios on it until one kills it, and does so again.
    ///
    /// - Throws: `CancellationError`; everything else becomes part of the result.
    func run() async throws -> MutantResult {
        let start = ContinuousClock.now
        func result(
            _ outcome: MutantOutcome, _ kills: [Kill] = [], remarks: [String], record: RunRecord? = nil
        ) -> MutantResult {
            MutantResult(
                mutant: mutant, outcome: outcome, kills: kills,
                seconds: (ContinuousClock.now - start) / .seconds(1), remarks: remarks, record: record)
        }
        if let reason = mutant.equivalent { return result(.equivalent, remarks: [reason]) }
        let session: LabSession
        do {
            session = try await LabSession.open(request, settings: settings, onEvent: onEvent)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as InputError {
            return result(.unbuildable, remarks: [error.description])
        } catch let error as KernelBuildFailure {
            return result(.unbuildable, remarks: [error.description])
        } catch {
            return result(.hostFailed, remarks: ["\(error)"])
        }
        var kills: [Kill] = []
        var remarks: [String] = []
        var results: [String: ScenarioResult] = [:]
        var rest = scenarios
        while !rest.isEmpty, isFull || kills.isEmpty, !Task.isCancelled {
            let enough = !isFull
            var batch = await session.run(rest) { enough && Kill($0) != nil }
            let tried = Set(batch.map(\.name))
            rest.removeAll { tried.contains($0.name) }
            for index in batch.indices where !Task.isCancelled {
                guard let scenario = scenarios.first(where: { $0.name == batch[index].name }) else {
                    continue
                }
                // What the host lost says nothing, so it is asked once more.
                if batch[index].outcome == .hostFailed { batch[index] = await session.run(scenario) }
                if let kill = Kill(batch[index]) {
                    let again = await session.run(scenario)
                    if Kill(again) == nil {
                        remarks.append("\(kill.scenario) failed (\(kill.how.rawValue)) and then did not")
                    } else {
                        kills.append(kill)
                        batch[index] = again
                    }
                }
                results[batch[index].name] = batch[index]
            }
        }
        if kills.isEmpty, session.sawReportsAtBoot, try await bootsBadlyAgain() {
            kills.append(Kill(scenario: "boot", how: .report))
        }
        let ordered = scenarios.compactMap { results[$0.name] }
        let record = session.record(
            ordered, replay: "", seconds: (ContinuousClock.now - start) / .seconds(1))
        await session.end()
        try Task.checkCancellation()
        let lost = ordered.filter { $0.outcome == .hostFailed || $0.outcome == .skipped }
        if kills.isEmpty, let first = lost.first {
            remarks.append("\(first.name): \(first.reason ?? first.outcome.rawValue)")
            return result(.hostFailed, remarks: remarks, record: record)
        }
        return result(kills.isEmpty ? .survived : .killed, kills, remarks: remarks, record: record)
    }

    /// Whether the kernel reports something in another guest too, before any scenario runs.
    private func bootsBadlyAgain() async throws -> Bool {
        let session = try await LabSession.open(request, settings: settings, onEvent: onEvent)
        _ = await session.run(Array(scenarios.prefix(1)))
        await session.end()
        return session.sawReportsAtBoot
    }
}
