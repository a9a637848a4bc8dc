// SPDX-License-Identifier: Apache-2.0

package import Lab

/// What became of a mutant.
package enum MutantOutcome: String, Sendable, Codable, CaseIterable {
    /// A scenario that the original passes fails, again and again.
    case killed
    /// Every scenario passed.
    case survived
    /// Its notes say that no test can see it.
    case equivalent
    /// It does not apply or does not compile.
    case unbuildable
    /// Something on our side failed, so nothing is known about it.
    case hostFailed = "host-failed"
}

/// A scenario that told a mutant from the original.
package struct Kill: Sendable, Codable, Hashable {
    package enum How: String, Sendable, Codable {
        case expectation = "failed expectation"
        case report = "kernel report"
        case hang
    }

    /// The name of the scenario; `boot` for a report that came before any.
    package let scenario: String
    package let how: How
    /// What the kernel did wrong, in one sentence.
    package let reason: String?

    package init(scenario: String, how: How, reason: String?) {
        self.scenario = scenario
        self.how = how
        self.reason = reason
    }

    /// What a result says about a kernel that was changed; nil when nothing speaks against the kernel.
    init?(_ result: ScenarioResult) {
        scenario = result.name
        reason = result.reason
        switch result.outcome {
        case .failed, .flaky: how = .expectation
        case .kernelFailed: how = result.fault == .hang ? .hang : .report
        case .passed, .knownIssue, .hostFailed, .notApplicable, .skipped: return nil
        }
    }
}

/// The verdict on one mutant, with what led to it.
package struct MutantResult: Sendable {
    package let mutant: Mutant
    package var outcome: MutantOutcome
    /// The scenarios that killed it, each twice.
    package var kills: [Kill]
    /// From the start of its build to the verdict.
    package let seconds: Double
    /// What a reader should know: why it could not be built, which failure was not repeated.
    package var remarks: [String]
    /// What ran, for the evidence and the matrix; nil when nothing did.
    package let record: RunRecord?

    package init(
        mutant: Mutant, outcome: MutantOutcome, kills: [Kill], seconds: Double, remarks: [String],
        record: RunRecord?
    ) {
        self.mutant = mutant
        self.outcome = outcome
        self.kills = kills
        self.seconds = seconds
        self.remarks = remarks
        self.record = record
    }
}

extension MutantResult {
    /// Drops the kills of a scenario unless it always passes on the unmutated kernel.
    package mutating func takeBack(_ scenario: String, unless runs: GreenRuns) {
        guard runs != .green, kills.contains(where: { $0.scenario == scenario }) else { return }
        kills.removeAll { $0.scenario == scenario }
        switch runs {
        case .green: break
        case .doubtful(let why):
            remarks.append("\(scenario) does not count: the unmutated kernel \(why)")
            if kills.isEmpty { outcome = .survived }
        case .unknown(let why):
            remarks.append("\(scenario) does not count: the unmutated kernel could not be tried, \(why)")
            if kills.isEmpty { outcome = .hostFailed }
        }
    }
}
