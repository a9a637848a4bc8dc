// SPDX-License-Identifier: Apache-2.0

package import Lab

/// A run that stopped before its end, as a record: what ended is kept, what did not says why.
package struct UnfinishedRun: Sendable {
    /// The name and id of every scenario that was to run, in catalogue order.
    package let scenarios: [(name: String, id: String?)]
    package let image: String
    package let connection: String
    package let replay: String

    package init(
        scenarios: [(name: String, id: String?)], image: String, connection: String, replay: String
    ) {
        self.scenarios = scenarios
        self.image = image
        self.connection = connection
        self.replay = replay
    }

    /// The record; `outcome` and `reason` are those of every scenario that did not end.
    package func record(
        ended: [ScenarioResult], outcome: Outcome, reason: String, seconds: Double
    ) -> RunRecord {
        let results = scenarios.map { scenario in
            ended.last { $0.name == scenario.name }
                ?? ScenarioResult(
                    name: scenario.name, id: scenario.id, contract: nil, outcome: outcome, seconds: 0,
                    reason: reason, findings: [], console: nil, steps: [], buffers: [])
        }
        return RunRecord(
            kernel: KernelSummary(image: image, release: "", key: "", features: [], remarks: []),
            accelerator: "none", acceleratorReason: "the run stopped before its end", timeFactor: 1,
            connection: connection, scenarios: results, strayReports: [], replay: replay, seconds: seconds)
    }
}
