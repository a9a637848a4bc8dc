// SPDX-License-Identifier: Apache-2.0

import History
import Lab
import Testing

@Suite("Verdicts over time")
struct NightVerdictTests {
    /// Tonight's outcome, what its repetitions came to, the judgement before, and the verdict.
    private static let table: [(Outcome, [Outcome], NightVerdict?, NightVerdict)] = [
        (.passed, [], nil, .passed), (.passed, [], .passed, .passed), (.passed, [], .fixed, .passed),
        (.passed, [], .newFailure, .fixed), (.passed, [], .stillFailing, .fixed),
        (.passed, [], .knownIssue, .fixed), (.passed, [], .flaky, .passed),
        // A failure is news only after it was seen again.
        (.failed, [.failed, .failed], nil, .newFailure), (.failed, [.failed], .passed, .newFailure),
        (.failed, [.kernelFailed], .fixed, .newFailure), (.kernelFailed, [.failed], .passed, .newFailure),
        (.failed, [.failed], .flaky, .newFailure), (.failed, [.failed], .knownIssue, .newFailure),
        (.failed, [.failed, .passed], .passed, .flaky), (.kernelFailed, [.passed], nil, .flaky),
        (.failed, [.flaky], .passed, .flaky), (.failed, [.failed, .passed], .flaky, .flaky),
        // Repetitions that the host lost confirm nothing.
        (.failed, [], .passed, .infrastructure), (.failed, [.hostFailed, .skipped], nil, .infrastructure),
        (.failed, [.hostFailed, .failed], .passed, .newFailure),
        (.failed, [.hostFailed, .passed], .passed, .flaky),
        // What failed before needs no repetition.
        (.failed, [], .newFailure, .stillFailing), (.kernelFailed, [], .stillFailing, .stillFailing),
        (.flaky, [], nil, .flaky), (.flaky, [], .stillFailing, .flaky), (.flaky, [], .passed, .flaky),
        (.knownIssue, [], .passed, .knownIssue), (.knownIssue, [], .newFailure, .knownIssue),
        (.hostFailed, [], .passed, .infrastructure), (.skipped, [], .stillFailing, .infrastructure),
        (.notApplicable, [], .passed, .notApplicable),
    ]

    @Test("Each outcome has one verdict beside the nights before", arguments: table.indices)
    func judging(index: Int) {
        let (tonight, repetitions, previous, verdict) = Self.table[index]
        #expect(NightVerdict.judge(tonight, repetitions: repetitions, after: previous) == verdict)
    }

    @Test("Only a failure that is news is repeated", arguments: Outcome.allCases)
    func repetition(outcome: Outcome) {
        let isBad = outcome == .failed || outcome == .kernelFailed
        for previous in [nil] + NightVerdict.allCases.map(Optional.some) {
            let isNews = previous != .newFailure && previous != .stillFailing
            #expect(NightVerdict.needsRepetition(outcome, after: previous) == (isBad && isNews))
        }
    }

    @Test("No failure without a repetition is called new, and no failure is ever called passed")
    func neverWrong() {
        for tonight in [Outcome.failed, .kernelFailed] {
            for previous in [nil] + NightVerdict.allCases.map(Optional.some) {
                let alone = NightVerdict.judge(tonight, repetitions: [], after: previous)
                #expect(alone != .newFailure)
                for repeated in Outcome.allCases {
                    let verdict = NightVerdict.judge(tonight, repetitions: [repeated], after: previous)
                    #expect(verdict != .passed && verdict != .fixed)
                }
            }
        }
    }

    @Test("A kernel that did not change breaks and fixes nothing anew", arguments: NightVerdict.allCases)
    func carried(verdict: NightVerdict) {
        #expect(verdict.carriedOver != .newFailure && verdict.carriedOver != .fixed)
        #expect(verdict.carriedOver.isFailure == verdict.isFailure)
        #expect(verdict.carriedOver.carriedOver == verdict.carriedOver)
    }
}
