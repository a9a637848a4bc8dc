// SPDX-License-Identifier: Apache-2.0

package import Lab

/// What a scenario's outcome means beside the nights before.
package enum NightVerdict: String, CaseIterable, Sendable, Codable {
    case passed
    /// It fails, did so again each time it was repeated, and did not fail before.
    case newFailure = "new-failure"
    case stillFailing = "still-failing"
    /// It passes and did not the last time it was judged.
    case fixed
    /// It passed in some runs of tonight and failed in others.
    case flaky
    case knownIssue = "known-issue"
    /// Nothing was learnt: host, network, or a failure that could not be repeated.
    case infrastructure
    case notApplicable = "not-applicable"

    /// All of them in the order in which a reader wants to know.
    package static let worstFirst: [Self] = [
        .newFailure, .stillFailing, .flaky, .infrastructure, .fixed, .knownIssue, .passed, .notApplicable,
    ]

    /// Whether it says something about the kernel, so that later nights are compared with it.
    package var isJudgement: Bool { self != .infrastructure && self != .notApplicable }

    /// Whether it speaks against the kernel for certain.
    package var isFailure: Bool { self == .newFailure || self == .stillFailing }

    /// What the same verdict means one night later when the kernel did not change and nothing was run.
    package var carriedOver: Self {
        switch self {
        case .newFailure: .stillFailing
        case .fixed: .passed
        case .passed, .stillFailing, .flaky, .knownIssue, .infrastructure, .notApplicable: self
        }
    }

    /// Whether an outcome is news that has to be repeated before anybody is told.
    ///
    /// - Parameters:
    ///   - tonight: What the scenario came to.
    ///   - previous: The newest judgement of the nights before; nil when there is none.
    /// - Returns: Whether it is.
    package static func needsRepetition(_ tonight: Outcome, after previous: Self?) -> Bool {
        switch tonight {
        case .failed, .kernelFailed: !(previous?.isFailure ?? false)
        case .passed, .flaky, .knownIssue, .hostFailed, .notApplicable, .skipped: false
        }
    }

    /// Judges tonight's outcome.
    ///
    /// - Parameters:
    ///   - tonight: What the scenario came to first.
    ///   - repetitions: What it came to when it was repeated; those that say nothing about the kernel do not count.
    ///   - previous: The newest judgement of the nights before; nil when there is none.
    /// - Returns: The verdict.
    package static func judge(_ tonight: Outcome, repetitions: [Outcome], after previous: Self?) -> Self {
        switch tonight {
        case .passed:
            return previous.map { $0.isFailure || $0 == .knownIssue } ?? false ? .fixed : .passed
        case .flaky: return .flaky
        case .knownIssue: return .knownIssue
        case .hostFailed, .skipped: return .infrastructure
        case .notApplicable: return .notApplicable
        case .failed, .kernelFailed: break
        }
        if !needsRepetition(tonight, after: previous) { return .stillFailing }
        if repetitions.contains(where: { $0 == .passed || $0 == .flaky }) { return .flaky }
        let confirmed = repetitions.contains { $0 == .failed || $0 == .kernelFailed }
        return confirmed ? .newFailure : .infrastructure
    }
}
