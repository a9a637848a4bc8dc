// SPDX-License-Identifier: Apache-2.0

extension RunRecord {
    /// The exit code of a finished run.
    ///
    /// A kernel report that no scenario was running for breaks the run like one that a scenario caused, and a run of
    /// no scenarios has shown nothing.
    package func exitStatus(requiresMachine: Bool) -> ExitStatus {
        let outcomes = scenarios.map(\.outcome) + strayReports.map { _ in Outcome.kernelFailed }
        return ExitStatus(outcomes: outcomes, requiresMachine: requiresMachine)
    }
}
