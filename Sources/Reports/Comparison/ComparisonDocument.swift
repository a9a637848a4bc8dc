// SPDX-License-Identifier: Apache-2.0

package import Comparison
import Foundation
import Lab

/// The machine-readable comparison of two runs.
///
/// Other programs read it: keys are only added, and any other change raises `schema`.
package struct ComparisonDocument: Encodable, Sendable {
    struct Side: Encodable, Sendable {
        let name: String
        let kernel: ResultsDocument.Kernel
        let accelerator: String
        let hasImage: Bool

        init(_ side: RunComparison.Side) {
            name = side.name
            kernel = ResultsDocument.Kernel(
                image: side.kernel.image, release: side.kernel.release, key: side.kernel.key,
                features: side.kernel.features)
            accelerator = side.accelerator
            hasImage = side.hasImage
        }
    }

    struct Scenario: Encodable, Sendable {
        let name: String
        let id: String?
        let verdict: ScenarioVerdict
        let breaks: Bool
        let before: ScenarioChange.Side?
        let after: ScenarioChange.Side?
    }

    struct Buffer: Encodable, Sendable {
        let scenario: String
        let buffer: String
        let appeared: [CoverageChange.Function]
        let disappeared: [CoverageChange.Function]
        let shifts: [CoverageChange.Shift]
        let gap: String?
    }

    let schema = 1
    let base: Side
    let head: Side
    let isBroken: Bool
    /// Scenarios that both runs judged; a comparison of none shows nothing.
    let compared: Int
    let scenarios: [Scenario]
    let reportsBefore: [String]
    let reportsAfter: [String]
    let comparedBuffers: Int
    let coverage: [Buffer]
    let costs: [CostChange]

    package init(_ comparison: RunComparison) {
        base = Side(comparison.base)
        head = Side(comparison.head)
        isBroken = comparison.isBroken
        compared = comparison.compared
        scenarios = comparison.scenarios.map {
            Scenario(
                name: $0.name, id: $0.id, verdict: $0.verdict, breaks: $0.breaks, before: $0.before,
                after: $0.after)
        }
        reportsBefore = comparison.reportsBefore
        reportsAfter = comparison.reportsAfter
        comparedBuffers = comparison.comparedBuffers
        coverage = comparison.coverage.map {
            Buffer(
                scenario: $0.scenario, buffer: $0.buffer, appeared: $0.appeared, disappeared: $0.disappeared,
                shifts: $0.shifts, gap: $0.gap)
        }
        costs = comparison.costs
    }

    /// The file's text: pretty, keys sorted, a line feed at the end; what there is not has no key.
    package func text() throws -> String {
        String(decoding: try readableJSON(), as: UTF8.self)
    }
}
