// SPDX-License-Identifier: Apache-2.0

package import Lab

/// One scenario before and after.
package struct ScenarioChange: Sendable, Hashable {
    /// What one run says about the scenario.
    package struct Side: Sendable, Hashable, Codable {
        package let outcome: Outcome
        package let contract: String?
        package let reason: String?

        init(_ result: ScenarioResult) {
            outcome = result.outcome
            contract = result.contract
            reason = result.reason
        }
    }

    package let name: String
    /// The catalogue id; nil for a scenario outside the catalogue.
    package let id: String?
    package let verdict: ScenarioVerdict
    /// Nil when the run did not have it.
    package let before: Side?
    package let after: Side?
    /// Whether both runs judged it, so that it was compared at all.
    package let isCompared: Bool
    /// Whether it speaks against the second kernel: it broke, or is new and fails.
    package let breaks: Bool

    /// Compares the results of one scenario; a run without it has none.
    init(name: String, id: String?, before: ScenarioResult?, after: ScenarioResult?) {
        self.name = name
        self.id = id
        self.before = before.map(Side.init)
        self.after = after.map(Side.init)
        let (old, new) = (Standing(before), Standing(after))
        isCompared = old.rank != nil && new.rank != nil
        let hasOtherContract =
            before?.contract != nil && after?.contract != nil && before?.contract != after?.contract
        switch (old, new) {
        case (.unknown, _), (_, .unknown):
            verdict = .unknown
            breaks = false
        case (.absent, .absent):
            verdict = .same
            breaks = false
        case (.absent, .judged(let rank)):
            verdict = .new
            breaks = rank >= Standing.bad
        case (.judged, .absent):
            verdict = .gone
            breaks = false
        case (.judged(let old), .judged(let new)):
            if new > old || (hasOtherContract && new >= Standing.bad) {
                verdict = .broken
            } else if hasOtherContract {
                verdict = .changedContract
            } else {
                verdict = new == 0 && old > 0 ? .fixed : .same
            }
            breaks = verdict == .broken
        }
    }

    /// What a result says about the kernel.
    private enum Standing {
        /// Nothing: it was not run, or is about other kernels.
        case absent
        /// Nothing yet: something else than the kernel was in the way.
        case unknown
        /// From 0, all well, to 3, the kernel itself broke.
        case judged(Int)

        /// The rank from which on a result is a failure.
        static let bad = 2

        init(_ result: ScenarioResult?) {
            switch result?.outcome {
            case nil, .notApplicable: self = .absent
            case .hostFailed, .skipped: self = .unknown
            case .passed: self = .judged(0)
            case .knownIssue: self = .judged(1)
            // Which of the two it is may be chance.
            case .failed, .flaky: self = .judged(Self.bad)
            case .kernelFailed: self = .judged(3)
            }
        }

        var rank: Int? {
            if case .judged(let rank) = self { rank } else { nil }
        }
    }
}
