// SPDX-License-Identifier: Apache-2.0

package import Lab
package import ScenarioModel

/// What runs scenarios on one kernel.
package protocol ScenarioRunner: Sendable {
    /// Runs scenarios until one result is enough.
    ///
    /// - Returns: The results of those that ran, in the order given.
    func run(
        _ scenarios: [Scenario], until isEnough: @Sendable (ScenarioResult) -> Bool
    ) async -> [ScenarioResult]
}

extension LabSession: ScenarioRunner {}

extension ScenarioRunner {
    /// Runs one scenario, and a second time when the first result says nothing about the kernel.
    ///
    /// - Returns: The result; nil when none came because the task was cancelled.
    func judge(_ scenario: Scenario) async -> ScenarioResult? {
        let first = await run([scenario]) { _ in false }.first
        guard first?.saysNothing != false, !Task.isCancelled else { return first }
        return await run([scenario]) { _ in false }.first
    }
}

extension ScenarioResult {
    /// Whether our side failed, so that nothing was learnt about the kernel.
    var saysNothing: Bool { outcome == .hostFailed || outcome == .skipped }
}
