// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Lab

/// Records with as much as the nights look at.
enum SampleRecord {
    static func record(
        _ outcomes: KeyValuePairs<String, Outcome>, stray: [String] = [], key: String = "k", runs: Int = 1
    ) -> RunRecord {
        RunRecord(
            kernel: KernelSummary(image: "linux", release: "6.12.0", key: key, features: [], remarks: []),
            accelerator: "tcg", acceleratorReason: "asked for", timeFactor: 1, connection: "qemu:///embed",
            scenarios: outcomes.map { name, outcome in
                ScenarioResult(
                    name: name, id: nil, contract: nil, outcome: outcome, seconds: 0.5, runs: runs,
                    passes: outcome == .passed ? runs : 0,
                    reason: outcome == .passed ? nil : "\(name) \(outcome.rawValue)",
                    findings: outcome == .failed
                        ? [Finding(expected: "\(name) passes", found: "it failed")] : [],
                    console: nil, steps: [], buffers: [])
            }, strayReports: stray, replay: "kcovlab run", seconds: 3)
    }
}
