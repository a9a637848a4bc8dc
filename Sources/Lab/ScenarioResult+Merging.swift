// SPDX-License-Identifier: Apache-2.0

extension ScenarioResult {
    /// The verdict on several runs of one scenario, with the evidence of the first bad one.
    ///
    /// What the host lost makes the whole of no use; a scenario that passes sometimes is flaky, never passed.
    ///
    /// - Parameter runs: At least one, all of the same scenario.
    init(merging runs: [ScenarioResult]) {
        let decisive =
            runs.first { $0.outcome == .hostFailed } ?? runs.first { $0.outcome == .skipped }
            ?? runs.first { $0.outcome.isBad } ?? runs[0]
        guard runs.count > 1 else {
            self = decisive
            return
        }
        let passes = runs.count { $0.outcome == .passed }
        var outcome = decisive.outcome
        var reason = decisive.reason
        if passes > 0, outcome == .failed || outcome == .kernelFailed {
            outcome = .flaky
            reason = "it passed \(passes) of \(runs.count) times; otherwise: \(decisive.reason ?? "")"
        }
        self.init(
            name: decisive.name, id: decisive.id, contract: decisive.contract, outcome: outcome,
            seconds: runs.reduce(0) { $0 + $1.seconds }, runs: runs.count, passes: passes, reason: reason,
            fault: decisive.fault, findings: decisive.findings, console: decisive.console,
            steps: decisive.steps, buffers: decisive.buffers)
    }
}
