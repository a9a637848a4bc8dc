// SPDX-License-Identifier: Apache-2.0

import Lab
package import Mutation

/// The machine-readable result of the mutation bench, `mutants.json`.
///
/// Other programs read it: keys are only added, and any other change raises `schema`.
package struct MutationDocument: Codable, Sendable, Hashable {
    package struct Entry: Codable, Sendable, Hashable {
        package let name: String
        package let summary: String
        package let outcome: MutantOutcome
        package let by: [Kill]
        package let seconds: Double
        package let remarks: [String]
    }

    package let schema: Int
    package let image: String
    /// `passed` when every unmutated kernel did, else `failed`; `none` when no mutant needed one.
    package let baseline: String
    package let mutants: [Entry]

    package init(_ record: MutationRecord) {
        schema = 1
        image = record.image
        baseline =
            record.baselines.isEmpty
            ? "none"
            : record.baselines.allSatisfy { $0.exitStatus(requiresMachine: true) == .success }
                ? "passed" : "failed"
        mutants = record.results.map { result in
            Entry(
                name: result.mutant.name, summary: result.mutant.summary, outcome: result.outcome,
                by: result.kills, seconds: (result.seconds * 1000).rounded() / 1000, remarks: result.remarks)
        }
    }
}
