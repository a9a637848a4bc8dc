// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

@Suite("Repeated scenarios")
struct RepetitionTests {
    private func merged(_ outcomes: Outcome...) -> ScenarioResult {
        ScenarioResult(
            merging: outcomes.enumerated().map { number, outcome in
                ScenarioResult(
                    name: "a", id: nil, contract: nil, outcome: outcome, seconds: 1,
                    reason: outcome == .passed ? nil : "run \(number)", findings: [], console: nil, steps: [],
                    buffers: [])
            })
    }

    @Test("Only runs that all pass are a pass")
    func passed() {
        let result = merged(.passed, .passed, .passed)
        #expect(result.outcome == .passed && result.runs == 3 && result.passes == 3 && result.seconds == 3)
    }

    @Test("What passes sometimes is flaky, with the evidence of the first bad run")
    func flaky() {
        for bad in [Outcome.failed, .kernelFailed] {
            let result = merged(.passed, bad, .passed, bad)
            #expect(result.outcome == .flaky && result.passes == 2)
            #expect(result.reason == "it passed 2 of 4 times; otherwise: run 1")
        }
    }

    @Test("What never passes keeps its outcome")
    func failed() {
        #expect(merged(.failed, .kernelFailed).outcome == .failed)
        #expect(merged(.kernelFailed, .failed).outcome == .kernelFailed)
        #expect(merged(.failed).reason == "run 0")
    }

    @Test("What the host lost or an interruption cut says nothing about the kernel")
    func lost() {
        #expect(merged(.passed, .failed, .hostFailed).outcome == .hostFailed)
        #expect(merged(.passed, .skipped).outcome == .skipped)
    }
}
