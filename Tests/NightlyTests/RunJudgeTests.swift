// SPDX-License-Identifier: Apache-2.0

import History
import Lab
import Nightly
import Testing

@Suite("Judging a run")
struct RunJudgeTests {
    private func observation(
        _ outcomes: KeyValuePairs<String, Outcome>, hasBooted: Bool = true, stray: [String] = []
    ) -> RunJudge.Observation {
        RunJudge.Observation(
            record: SampleRecord.record(outcomes, stray: stray), hasBooted: hasBooted,
            buffers: ["a": [.init(name: "local", mode: "pc", total: 9, distinct: 4)]])
    }

    private func verdicts(_ entries: [ScenarioEntry]) -> [String: NightVerdict] {
        Dictionary(uniqueKeysWithValues: entries.map { ($0.scenario, $0.verdict) })
    }

    @Test("A kernel that boots is judged scenario by scenario; only news is repeated")
    func scenarios() {
        let judge = RunJudge(previous: ["old": .stillFailing, "back": .newFailure, "(build)": .newFailure])
        let first = observation([
            "a": .passed, "new": .failed, "old": .failed, "back": .passed, "odd": .failed,
        ])
        #expect(judge.needingRepetition(first) == ["new", "odd"])
        let second = observation(["new": .failed, "odd": .flaky])
        let entries = judge.judge(first, repeated: second)
        #expect(
            verdicts(entries) == [
                "(build)": .fixed, "(boot)": .passed, "a": .passed, "new": .newFailure, "old": .stillFailing,
                "back": .fixed, "odd": .flaky,
            ])
        #expect(entries.first { $0.scenario == "new" }?.runs == 2)
        #expect(entries.first { $0.scenario == "a" }?.buffers.count == 1)
        // Without the repetition nothing is called a new failure.
        #expect(!judge.judge(first, repeated: nil).contains { $0.verdict == .newFailure })
    }

    @Test("A kernel that does not boot is one failure, not one for each scenario")
    func boot() {
        let judge = RunJudge(previous: ["a": .passed, "b": .passed])
        let first = observation(
            ["n": .notApplicable, "a": .kernelFailed, "b": .kernelFailed], hasBooted: false)
        #expect(judge.needingRepetition(first) == ["a"])
        let again = observation(["a": .kernelFailed], hasBooted: false)
        #expect(
            verdicts(judge.judge(first, repeated: again)) == ["(build)": .passed, "(boot)": .newFailure])
        let booted = observation(["a": .passed])
        #expect(verdicts(judge.judge(first, repeated: booted))["(boot)"] == .flaky)
        let known = RunJudge(previous: ["(boot)": .newFailure])
        #expect(known.needingRepetition(first).isEmpty)
        #expect(verdicts(known.judge(first, repeated: nil))["(boot)"] == .stillFailing)
    }

    @Test("A report at boot speaks against booting, and the scenarios are judged all the same")
    func strayReport() {
        let judge = RunJudge(previous: [:])
        let first = observation(["a": .passed], stray: ["BUG: \u{1b}[1m first line\nsecond"])
        #expect(judge.needingRepetition(first) == ["a"])
        let entries = judge.judge(first, repeated: first)
        #expect(verdicts(entries) == ["(build)": .passed, "(boot)": .newFailure, "a": .passed])
        #expect(entries[1].reason == "the kernel reported while it booted: BUG: \\x1b[1m first line")
        let quiet = judge.judge(first, repeated: observation(["a": .passed]))
        #expect(verdicts(quiet)["(boot)"] == .flaky)
    }

    @Test("A host that fails says nothing about the kernel")
    func host() {
        let judge = RunJudge(previous: ["a": .passed])
        let first = observation(["a": .hostFailed], hasBooted: false)
        #expect(judge.needingRepetition(first).isEmpty)
        #expect(
            verdicts(judge.judge(first, repeated: nil)) == ["(build)": .passed, "a": .infrastructure])
        let lost = observation(["a": .hostFailed])
        #expect(verdicts(judge.judge(lost, repeated: nil))["a"] == .infrastructure)
    }

    @Test("A kernel that does not build is a failure at once, and then one that is known")
    func build() {
        #expect(verdicts(RunJudge(previous: [:]).unbuilt(reason: "r")) == ["(build)": .newFailure])
        let known = RunJudge(previous: ["(build)": .newFailure])
        #expect(verdicts(known.unbuilt(reason: "r")) == ["(build)": .stillFailing])
    }
}
