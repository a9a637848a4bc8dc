// SPDX-License-Identifier: Apache-2.0

package import Lab
package import ScenarioModel

/// Looks for scenarios that fail on a kernel, and fail again.
package struct KillSearch: Sendable {
    /// What was found so far.
    package struct Findings: Sendable {
        package var kills: [Kill] = []
        /// Which failures were not repeated.
        package var remarks: [String] = []
        /// The last result of each scenario that ran, by its name.
        package var results: [String: ScenarioResult] = [:]
    }

    private let runner: any ScenarioRunner
    private let scenarios: [Scenario]
    private let isFull: Bool

    /// - Parameters:
    ///   - runner: The kernel.
    ///   - scenarios: In the order in which they are tried.
    ///   - isFull: Whether every scenario runs, or only until one kills.
    package init(on runner: any ScenarioRunner, scenarios: [Scenario], isFull: Bool) {
        self.runner = runner
        self.scenarios = scenarios
        self.isFull = isFull
    }

    /// Runs scenarios until one kills the kernel twice; ends early when the task is cancelled.
    package func run() async -> Findings {
        var findings = Findings()
        var rest = scenarios
        while !rest.isEmpty, isFull || findings.kills.isEmpty, !Task.isCancelled {
            let batch = await runner.run(rest) { [isFull] in !isFull && Kill($0) != nil }
            let tried = Set(batch.map(\.name))
            // Nothing ran at all: whoever cancelled will say so.
            if tried.isEmpty { break }
            rest.removeAll { tried.contains($0.name) }
            for result in batch where !Task.isCancelled { await settle(result, &findings) }
        }
        return findings
    }

    /// Enters a result: what the host lost is asked for again, and so is a failure.
    private func settle(_ result: ScenarioResult, _ findings: inout Findings) async {
        guard let scenario = scenarios.first(where: { $0.name == result.name }) else { return }
        let result = result.saysNothing ? await runner.judge(scenario) ?? result : result
        findings.results[result.name] = result
        guard Kill(result) != nil, let again = await runner.judge(scenario) else { return }
        if let kill = Kill(again) {
            findings.kills.append(kill)
            findings.results[result.name] = again
        } else if again.saysNothing {
            findings.remarks.append("\(result.name) failed, and could not be repeated: \(again.reason ?? "")")
            findings.results[result.name] = again
        } else {
            let how = Kill(result)?.how.rawValue ?? result.outcome.rawValue
            findings.remarks.append("\(result.name) failed (\(how)) and then did not")
        }
    }
}
