// SPDX-License-Identifier: Apache-2.0

import Lab
package import ScenarioModel

/// Whether a scenario always passes on the unmutated kernel, so that its failures mean something.
package enum GreenRuns: Hashable, Sendable {
    /// It passed as often as it must.
    case green
    /// It failed at least once: how often it passed, and why it did not.
    case doubtful(String)
    /// Our side failed too often to tell.
    case unknown(String)

    /// The passes that are wanted.
    package static let wanted = 20
    /// Runs that may be lost to failures of our own.
    static let spare = 5

    /// Runs a scenario until it failed once or passed often enough.
    package static func count(of scenario: Scenario, on runner: any ScenarioRunner) async -> Self {
        var passes = 0
        var lost: [ScenarioResult] = []
        while passes < wanted, lost.count <= spare, !Task.isCancelled {
            let runs = await runner.run(Array(repeating: scenario, count: wanted - passes)) {
                $0.outcome != .passed
            }
            if runs.isEmpty { break }
            passes += runs.count { $0.outcome == .passed }
            lost += runs.filter(\.saysNothing)
            if let bad = runs.first(where: { $0.outcome != .passed && !$0.saysNothing }) {
                return .doubtful(
                    "passed \(passes) times and then did not: \(bad.reason ?? bad.outcome.rawValue)")
            }
        }
        if passes >= wanted { return .green }
        return .unknown(lost.first?.reason ?? "it was interrupted")
    }
}
