// SPDX-License-Identifier: Apache-2.0

package import Lab

/// What a night came to as a whole.
package struct NightStanding: Sendable {
    package let night: Night
    /// In the order of the configuration.
    package let runs: [BranchRun]
    /// What could not be done beside the branches, such as writing a report; one sentence each.
    package let troubles: [String]

    package init(night: Night, runs: [BranchRun], troubles: [String]) {
        self.night = night
        self.runs = runs
        self.troubles = troubles
    }

    /// What fails tonight and did not fail before, by branch.
    package var regressions: [(branch: String, entry: ScenarioEntry)] { entries(.newFailure) }

    /// What a verdict was given to tonight.
    package func entries(_ verdict: NightVerdict) -> [(branch: String, entry: ScenarioEntry)] {
        runs.flatMap { run in run.results.filter { $0.verdict == verdict }.map { (run.branch, $0) } }
    }

    /// 1 when something regressed; else 69 when nothing was learnt about any branch, or something could not be kept;
    /// else 0.
    package var exitStatus: ExitStatus {
        if !regressions.isEmpty { return .expectationFailed }
        if runs.allSatisfy({ $0.state == .infrastructure }) || !troubles.isEmpty { return .hostFailed }
        return .success
    }
}
