// SPDX-License-Identifier: Apache-2.0

import Bisection
import Foundation
import History
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// Names the culprits of new failures as far as the night's budget goes.
struct CulpritHunt: Sendable {
    let search: (any CulpritSearch)?
    let budget: NightlyConfig.SearchBudget
    let store: HistoryStore
    let host: String
    /// When the night has to stop searching.
    let deadline: ContinuousClock.Instant

    /// Adds to each new failure which commit brought it, or why that is not known.
    ///
    /// Failures with the same last good commit and the same reason are searched once.
    ///
    /// - Throws: `CancellationError`, `HistoryError`.
    func explain(
        _ run: inout BranchRun, of branch: NightlyConfig.Branch, kernel: KernelChoice, night: Night,
        below directory: URL
    ) async throws {
        var answers: [[String]: String] = [:]
        for index in run.results.indices where run.results[index].verdict == .newFailure {
            let entry = run.results[index]
            let good = try store.lastGood(entry.scenario, on: branch.name, before: night)
            guard let good else {
                run.results[index].culprit =
                    "it never passed on this branch, so there is nothing to search from"
                continue
            }
            let key = [good, entry.reason ?? ""]
            if let answer = answers[key] {
                run.results[index].culprit = answer
                continue
            }
            let answer = try await answer(
                to: entry, good: good, run.commit, branch, kernel,
                below: directory, place: directory.appending(path: "bisect-\(index)"))
            answers[key] = answer
            run.results[index].culprit = answer
        }
    }

    private func answer(
        to entry: ScenarioEntry, good: String, _ bad: String?, _ branch: NightlyConfig.Branch,
        _ kernel: KernelChoice, below directory: URL, place: URL
    ) async throws -> String {
        let range = "it passed on \(good.prefix(12))"
        guard let bad, bad != good else { return "\(range), which is the commit of tonight" }
        guard let search, budget.builds > 0 else {
            return "\(range); the commits since then were not searched"
        }
        guard let scenario = witness(of: entry, among: branch.scenarios, below: directory) else {
            return "\(range); no scenario can tell where it broke"
        }
        guard .now < deadline else {
            return "\(range); the \(budget.minutes) minutes for searches are used up"
        }
        do {
            return try await search.culprit(
                of: CulpritQuestion(
                    kernel: kernel, good: good, bad: bad, kind: Self.kind(of: entry), scenario: scenario,
                    host: host, builds: budget.builds, directory: place), until: deadline)
        } catch {
            try Task.checkCancellation()
            return "\(range); the search for the commit failed: \(error)"
        }
    }

    private static func kind(of entry: ScenarioEntry) -> CommitJudge.Question {
        switch entry.scenario {
        case ScenarioEntry.building: .building
        case ScenarioEntry.booting: .booting
        default: .scenarios
        }
    }

    /// The scenario that shows whether a kernel has the failure.
    private func witness(of entry: ScenarioEntry, among scenarios: [Scenario], below directory: URL)
        -> Scenario?
    {
        switch Self.kind(of: entry) {
        case .building: return scenarios.first
        case .scenarios: return scenarios.first { $0.name == entry.scenario }
        case .booting:
            // One that does not apply starts no guest.
            let tried = (try? SavedRun(reading: directory))?.record.scenarios.first {
                ![.notApplicable, .skipped].contains($0.outcome)
            }
            return scenarios.first { $0.name == tried?.name }
        }
    }
}
