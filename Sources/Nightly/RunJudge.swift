// SPDX-License-Identifier: Apache-2.0

package import History
package import Lab
import Reports

/// What a run means beside the nights before; a function of values.
package struct RunJudge: Sendable {
    /// What a run left, as far as verdicts over time need it.
    package struct Observation: Sendable {
        package let record: RunRecord
        /// Whether any guest answered.
        package let hasBooted: Bool
        /// What each scenario's buffers recorded, by the name of the scenario.
        package let buffers: [String: [ScenarioEntry.Buffer]]

        package init(record: RunRecord, hasBooted: Bool, buffers: [String: [ScenarioEntry.Buffer]]) {
            self.record = record
            self.hasBooted = hasBooted
            self.buffers = buffers
        }
    }

    /// The newest judgement of the nights before, by the name of the scenario.
    package let previous: [String: NightVerdict]

    package init(previous: [String: NightVerdict]) {
        self.previous = previous
    }

    /// Which scenarios have to run again before anybody is told.
    package func needingRepetition(_ first: Observation) -> [String] {
        let boot = boot(first)
        if boot.outcome != .passed {
            // One scenario is enough to see whether a guest boots, and boots silently.
            let needs = NightVerdict.needsRepetition(boot.outcome, after: previous[ScenarioEntry.booting])
            let candidate = first.record.scenarios.first {
                ![.notApplicable, .skipped].contains($0.outcome)
            }
            let witness = needs ? [candidate?.name].compactMap(\.self) : []
            guard first.hasBooted else { return witness }
            return witness + scenariosNeedingRepetition(first).filter { !witness.contains($0) }
        }
        return scenariosNeedingRepetition(first)
    }

    private func scenariosNeedingRepetition(_ first: Observation) -> [String] {
        first.record.scenarios.filter { NightVerdict.needsRepetition($0.outcome, after: previous[$0.name]) }
            .map(\.name)
    }

    /// Judges a run.
    ///
    /// - Parameters:
    ///   - first: The run of tonight.
    ///   - second: The run that repeated what needed it; nil when there was none, or when it did not come to an end.
    /// - Returns: Building, booting, then every scenario; scenarios of a kernel that does not boot were not tried and
    ///   have no entry.
    package func judge(_ first: Observation, repeated second: Observation?) -> [ScenarioEntry] {
        var entries = [built()]
        let again = second.map(boot)
        var boot = boot(first)
        let isSilent = !first.hasBooted && boot.outcome == .passed
        boot.verdict = NightVerdict.judge(
            boot.outcome, repetitions: again.map { [$0.outcome] } ?? [],
            after: previous[ScenarioEntry.booting])
        if let again {
            boot.runs += 1
            boot.passes += again.passes
        }
        // Nothing is known about booting when nothing had to boot.
        if !isSilent { entries.append(boot) }
        guard first.hasBooted || isSilent else { return entries }
        let repetitions = Dictionary(
            (second?.record.scenarios ?? []).map { ($0.name, $0) }
        ) { first, _ in first }
        return entries
            + first.record.scenarios.map { result in
                let needs = NightVerdict.needsRepetition(result.outcome, after: previous[result.name])
                let repetition = needs ? repetitions[result.name] : nil
                return ScenarioEntry(
                    scenario: result.name, id: result.id, outcome: result.outcome,
                    verdict: NightVerdict.judge(
                        result.outcome, repetitions: repetition.map { [$0.outcome] } ?? [],
                        after: previous[result.name]),
                    seconds: result.seconds, runs: result.runs + (repetition?.runs ?? 0),
                    passes: result.passes + (repetition?.passes ?? 0), reason: result.reason,
                    buffers: first.buffers[result.name] ?? [])
            }
    }

    /// Judges a kernel that could not be built; a compiler needs no second opinion.
    package func unbuilt(reason: String) -> [ScenarioEntry] {
        let outcome = Outcome.kernelFailed
        return [
            ScenarioEntry(
                scenario: ScenarioEntry.building, outcome: outcome,
                verdict: .judge(outcome, repetitions: [outcome], after: previous[ScenarioEntry.building]),
                reason: reason)
        ]
    }

    private func built() -> ScenarioEntry {
        ScenarioEntry(
            scenario: ScenarioEntry.building, outcome: .passed,
            verdict: .judge(.passed, repetitions: [], after: previous[ScenarioEntry.building]), passes: 1)
    }

    /// How the kernel booted, not yet judged.
    private func boot(_ run: Observation) -> ScenarioEntry {
        var entry = ScenarioEntry(
            scenario: ScenarioEntry.booting, outcome: .passed, verdict: .passed, passes: 1)
        let broken = run.record.scenarios.first { $0.outcome == .kernelFailed }
        if let report = run.record.strayReports.first {
            entry.reason =
                "the kernel reported while it booted: "
                + (PlainText.tail(report, lines: .max).first.map { PlainText.singleLine(String($0)) } ?? "")
        } else if !run.hasBooted, let broken {
            entry.reason = broken.reason ?? "no guest answered"
        } else {
            return entry
        }
        entry.outcome = .kernelFailed
        entry.passes = 0
        return entry
    }
}
