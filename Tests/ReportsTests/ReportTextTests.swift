// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Lab
import Reports
import Testing

@Suite("Report text")
struct ReportTextTests {
    @Test("A run with every outcome reads as kept")
    func everyOutcome() throws {
        let text = ReportText(style: .plain).full(SampleRun.everyOutcome, directory: "runs/1")
        try expectSnapshot(text, named: "every-outcome.txt")
    }

    @Test("A run in which all passed is one line for each scenario and its closing lines")
    func allPassed() throws {
        let record = SampleRun.record(
            [
                SampleRun.result("exact-count", .passed, id: "L01"),
                SampleRun.result("both-vhost", .passed, id: "P03", contract: "simultaneous"),
            ], remarks: [])
        try expectSnapshot(ReportText(style: .plain).full(record, directory: "runs/1"), named: "passed.txt")
    }

    @Test("Nothing a guest wrote reaches the terminal as a control character")
    func controlCharacters() {
        let text = ReportText(style: .plain).full(SampleRun.everyOutcome, directory: "runs/1")
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x7f) })
        #expect(text.contains("\\x1b[2J\\x00"))
    }

    @Test("Colour appears only when asked for")
    func color() {
        let line = ScenarioText(style: TextStyle(usesColor: true))
            .headline(SampleRun.result("a", .failed))
        #expect(line.hasPrefix("\u{1b}[31mFAILED\u{1b}[0m"))
        #expect(!ScenarioText(style: .plain).headline(SampleRun.result("a", .failed)).contains("\u{1b}"))
    }

    @Test(
        "Durations read as people write them",
        arguments: [
            (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
            (185, "3 min 05 s"), (-1, "? s"), (.infinity, "? s"), (.nan, "? s"),
        ])
    func durations(seconds: Double, text: String) {
        #expect(SpokenDuration.text(seconds) == text)
    }
}

@Suite("Exit status of a run")
struct RunExitStatusTests {
    @Test("A kernel report outside scenarios fails a run whose scenarios passed")
    func strayReport() {
        let passed = [SampleRun.result("a", .passed)]
        #expect(SampleRun.record(passed).exitStatus(requiresMachine: false) == .success)
        #expect(SampleRun.record(passed, stray: ["BUG"]).exitStatus(requiresMachine: false) == .kernelFailed)
    }

    @Test("A run of nothing is no success")
    func empty() {
        #expect(SampleRun.record([]).exitStatus(requiresMachine: false) == .expectationFailed)
    }

    @Test("The host's fault comes before the kernel's, and that before an expectation")
    func order() {
        let all = SampleRun.everyOutcome
        #expect(all.exitStatus(requiresMachine: false) == .hostFailed)
        let kernel = SampleRun.record([
            SampleRun.result("a", .kernelFailed), SampleRun.result("b", .failed),
        ])
        #expect(kernel.exitStatus(requiresMachine: false) == .kernelFailed)
        let skipped = SampleRun.record([
            SampleRun.result("a", .passed), SampleRun.result("b", .skipped),
        ])
        #expect(skipped.exitStatus(requiresMachine: false) == .success)
        #expect(skipped.exitStatus(requiresMachine: true) == .hostFailed)
    }

    @Test("A known issue that behaves differently is counted as such, and is no failure")
    func changedIssue() {
        let finding = Finding(expected: "a warning", found: "none")
        func record(_ findings: [Finding]) -> RunRecord {
            SampleRun.record([
                ScenarioResult(
                    name: "area-zero", id: "H02", contract: nil,
                    outcome: findings.isEmpty ? .passed : .failed,
                    seconds: 1, reason: nil,
                    findings: findings, console: nil, steps: [], buffers: []
                ).asKnown("it warns")
            ])
        }
        let text = ReportText(style: .plain)
        #expect(!text.verdict(record([])).contains("no longer"))
        #expect(record([finding]).exitStatus(requiresMachine: false) == .success)
        #expect(text.verdict(record([finding])).contains("1 known issue, no longer as known: H02"))
    }

    @Test("A kernel that keeps only part of what it claims is called that")
    func halfApplied() {
        let text = ReportText(style: .plain)
        let kept = SampleRun.result("both-vhost", .passed, id: "P03", contract: "simultaneous")
        let broken = SampleRun.result("third-fd", .failed, id: "P06", contract: "simultaneous", reason: "r")
        let half = text.closing(SampleRun.record([kept, broken]), directory: "d").joined(separator: "\n")
        let sentence = "claims simultaneous enable, breaks: P06; keeps 1 of 2 scenarios about it"
        #expect(half.contains(sentence))
        #expect(half.contains("  P06 third-fd: r"))
        let record = SampleRun.record([kept, broken])
        #expect(KTAPReport(record).text.contains("# \(sentence)"))
        #expect(JUnitReport(record).text.contains("value=\"\(sentence)\""))
        #expect(ResultsDocument(record).brokenClaim == sentence)
        #expect(ResultsDocument(SampleRun.record([kept])).brokenClaim == nil)
        let whole = text.closing(SampleRun.record([kept]), directory: "d").joined(separator: "\n")
        #expect(!whole.contains("breaks"))
    }
}
