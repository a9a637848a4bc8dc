// SPDX-License-Identifier: Apache-2.0

import Comparison
import Lab
import Testing

@Suite("What became of a scenario")
struct ScenarioChangeTests {
    private static func run(_ outcome: Outcome?, contract: String? = nil, stray: [String] = []) -> ComparedRun
    {
        let results = outcome.map {
            [
                ScenarioResult(
                    name: "s", id: "P01", contract: contract, outcome: $0, seconds: 1, reason: nil,
                    findings: [], console: nil, steps: [], buffers: [])
            ]
        }
        let record = RunRecord(
            kernel: KernelSummary(image: "i", release: "6.12", key: "k", features: [], remarks: []),
            accelerator: "tcg", acceleratorReason: "", timeFactor: 1, connection: "qemu:///embed",
            scenarios: results ?? [], strayReports: stray, replay: "", seconds: 1)
        return ComparedRun(name: "run", record: record, boots: [3, 2], image: nil)
    }

    private static func compare(_ before: ComparedRun, _ after: ComparedRun) -> RunComparison {
        RunComparison(base: before, head: after)
    }

    @Test(
        "Every pair of outcomes has its verdict",
        arguments: [
            (.passed, .passed, .same, false), (.failed, .failed, .same, false),
            (.failed, .flaky, .same, false), (.kernelFailed, .failed, .same, false),
            (.failed, .passed, .fixed, false), (.flaky, .passed, .fixed, false),
            (.kernelFailed, .passed, .fixed, false), (.passed, .failed, .broken, true),
            (.passed, .flaky, .broken, true), (.passed, .kernelFailed, .broken, true),
            (.failed, .kernelFailed, .broken, true), (.knownIssue, .failed, .broken, true),
            (.hostFailed, .failed, .unknown, false), (.passed, .hostFailed, .unknown, false),
            (.skipped, .passed, .unknown, false), (.failed, .skipped, .unknown, false),
            (nil, .passed, .new, false), (nil, .failed, .new, true), (nil, .skipped, .unknown, false),
            (.notApplicable, .failed, .new, true), (.failed, nil, .gone, false),
            (.passed, .notApplicable, .gone, false), (.notApplicable, .notApplicable, .same, false),
        ] as [(Outcome?, Outcome?, ScenarioVerdict, Bool)])
    func verdicts(before: Outcome?, after: Outcome?, verdict: ScenarioVerdict, breaks: Bool) throws {
        let comparison = Self.compare(Self.run(before), Self.run(after))
        let change = try #require(comparison.scenarios.first)
        #expect(change.verdict == verdict)
        #expect(change.breaks == breaks)
        #expect(comparison.isBroken == breaks)
    }

    @Test(
        "Another promise that is kept is a changed contract, one that is not is broken",
        arguments: [(.passed, .changedContract), (.failed, .broken)] as [(Outcome, ScenarioVerdict)])
    func contracts(after: Outcome, verdict: ScenarioVerdict) {
        let comparison = Self.compare(
            Self.run(.passed, contract: "exclusive"), Self.run(after, contract: "simultaneous"))
        #expect(comparison.scenarios.map(\.verdict) == [verdict])
    }

    @Test(
        "A comparison of nothing is not green",
        arguments: [(nil, nil), (.passed, nil), (nil, .passed), (.skipped, .passed), (.hostFailed, .passed)]
            as [(Outcome?, Outcome?)])
    func nothing(before: Outcome?, after: Outcome?) {
        let comparison = Self.compare(Self.run(before), Self.run(after))
        #expect(comparison.compared == 0)
        #expect(comparison.exitStatus == .expectationFailed)
    }

    @Test("A run is the same as itself")
    func itself() {
        let comparison = Self.compare(Self.run(.passed), Self.run(.passed))
        #expect(comparison.exitStatus == .success)
        #expect(comparison.costs.last?.added == 0)
    }

    @Test("A kernel report outside scenarios breaks, unless it was there before")
    func reports() {
        let (clean, dirty) = (Self.run(.passed), Self.run(.passed, stray: ["BUG"]))
        #expect(Self.compare(clean, dirty).exitStatus == .expectationFailed)
        #expect(Self.compare(dirty, dirty).exitStatus == .success)
        #expect(Self.compare(dirty, clean).exitStatus == .success)
    }
}
