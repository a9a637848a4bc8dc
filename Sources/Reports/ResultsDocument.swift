// SPDX-License-Identifier: Apache-2.0

package import Lab

/// The machine-readable result of a run, `results.json`.
///
/// Other programs read it: keys are only added, and any other change raises `schema`.
package struct ResultsDocument: Codable, Sendable, Hashable {
    package struct Kernel: Codable, Sendable, Hashable {
        package let image: String
        package let release: String
        package let key: String
        package let features: [String]
    }

    package struct Summary: Codable, Sendable, Hashable {
        package let passed: Int
        package let failed: Int
        package let flaky: Int
        package let knownIssue: Int
        package let kernelFailed: Int
        package let hostFailed: Int
        package let notApplicable: Int
        package let skipped: Int

        package init(_ outcomes: [Outcome]) {
            func count(_ outcome: Outcome) -> Int { outcomes.count { $0 == outcome } }
            passed = count(.passed)
            failed = count(.failed)
            flaky = count(.flaky)
            knownIssue = count(.knownIssue)
            kernelFailed = count(.kernelFailed)
            hostFailed = count(.hostFailed)
            notApplicable = count(.notApplicable)
            skipped = count(.skipped)
        }
    }

    package struct Scenario: Codable, Sendable, Hashable {
        package let name: String
        package let id: String?
        package let contract: String?
        package let outcome: Outcome
        package let seconds: Double
        /// How often it ran and how often it passed; only there when it was repeated.
        package let runs: Int?
        package let passes: Int?
        package let reason: String?

        private enum CodingKeys: String, CodingKey {
            case name, id, contract, outcome, seconds, runs, passes, reason
        }

        package init(_ result: ScenarioResult) {
            name = result.name
            id = result.id
            contract = result.contract
            outcome = result.outcome
            seconds = (result.seconds * 1000).rounded() / 1000
            runs = result.runs > 1 ? result.runs : nil
            passes = result.runs > 1 ? result.passes : nil
            reason = result.reason
        }

        /// Writes every other key, with null where there is nothing, so that a reader can rely on all of them.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(id, forKey: .id)
            try container.encode(contract, forKey: .contract)
            try container.encode(outcome, forKey: .outcome)
            try container.encode(seconds, forKey: .seconds)
            try container.encodeIfPresent(runs, forKey: .runs)
            try container.encodeIfPresent(passes, forKey: .passes)
            try container.encode(reason, forKey: .reason)
        }
    }

    package let schema: Int
    package let kernel: Kernel
    package let accelerator: String
    package let summary: Summary
    package let scenarios: [Scenario]
    /// What the kernel claims and keeps only in part, in one sentence; only there when it does.
    package let brokenClaim: String?

    package init(_ record: RunRecord) {
        schema = 1
        kernel = Kernel(
            image: record.kernel.image, release: record.kernel.release, key: record.kernel.key,
            features: record.kernel.features)
        accelerator = record.accelerator
        summary = Summary(record.scenarios.map(\.outcome))
        scenarios = record.scenarios.map(Scenario.init)
        brokenClaim = record.brokenClaim?.sentence
    }
}
