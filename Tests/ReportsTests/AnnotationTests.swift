// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Foundation
import History
import Installation
import Lab
import Reports
import Testing

@Suite("Annotations")
struct AnnotationTests {
    /// A failure at a line of a scenario, a kernel report, and text that wants to be obeyed.
    private static let record = SampleRun.record(
        [
            SampleRun.result("exact-count", .passed, id: "L01"),
            SampleRun.result(
                "vhost-kick-exact", .failed, id: "R01", reason: "1 expectation of 3 was not kept",
                findings: [SampleRun.finding]),
            SampleRun.result(
                "local-then-remote", .failed, id: "P01", reason: "a step returned something else",
                steps: SampleRun.steps),
            SampleRun.result(
                "softirq", .kernelFailed, id: "S01",
                console:
                    "WARNING: CPU: 0 PID: 71 at kernel/kcov.c:481 kcov_ioctl+0x1/0x2\n::error file=x::y\r\n100%\u{1b}[2J\n"
            ),
            SampleRun.result(
                "::set-env name=A,b::c", .failed, reason: "::stop-commands::x\n::add-mask::100%"),
            SampleRun.result("lost", .hostFailed, reason: "QEMU was killed by signal 9"),
            SampleRun.result("leak", .knownIssue, reason: "reported upstream"),
        ], stray: ["BUG: at mm/slub.c:12 in x\n"])

    @Test("GitHub: a command a line, at the scenario's line or the kernel's, whatever the text is")
    func gitHub() throws {
        let lines = GitHubAnnotations.lines(RunAnnotations(Self.record).all)
        let text = lines.joined(separator: "\n") + "\n"
        try expectSnapshot(text, named: "annotations-github.txt")
        #expect(lines.allSatisfy { $0.hasPrefix("::error ") || $0.hasPrefix("::warning ") })
        #expect(!text.contains("\u{1b}") && !text.contains("\r"))
        #expect(
            lines.contains {
                $0.hasPrefix(
                    "::error file=Scenarios/R01-vhost-kick.yaml,line=31,title=R01 vhost-kick-exact::")
            })
        #expect(lines.contains { $0.hasPrefix("::error file=kernel/kcov.c,line=481,title=S01 softirq::") })
    }

    @Test(
        "Text that wants to be a command is none",
        arguments: [
            ("::error::x", ": :error::x"), ("  ::error::x", "  : :error::x"),
            ("a ::error::x", "a ::error::x"),
            ("x ##[error]y", "x ## [error]y"), ("", ""), (":", ":"), ("::", ": :"),
        ])
    func harmless(_ text: String, _ expected: String) {
        #expect(GitHubAnnotations.harmless(text) == expected)
        let title = GitHubAnnotations.group("\(text)\n::error::y").begin
        #expect(title.hasPrefix("::group::") && !title.contains("\n"))
    }

    @Test("Where GitHub reads the output, what guests wrote is no command; elsewhere it is as it was")
    func terminal() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID())")
        defer { try? FileManager.default.removeItem(at: file) }
        for (environment, expected) in [
            (["GITHUB_ACTIONS": "true"], "    : :error::x\n::group::t\n"),
            ([:], "    ::error::x\n::group::t\n"),
        ] {
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            let writer = TerminalWriter(output: handle, settings: Settings(environment: environment))
            writer.write(["    ::error::x"])
            writer.command([GitHubAnnotations.group("t").begin])
            try handle.close()
            #expect(try String(contentsOf: file, encoding: .utf8) == expected)
        }
    }

    @Test("GitLab: a code quality report with fingerprints that differ, and sections")
    func gitLab() throws {
        struct Item: Decodable {
            struct Location: Decodable {
                struct Lines: Decodable { let begin: Int }
                let path: String
                let lines: Lines
            }
            let description: String
            let fingerprint: String
            let severity: String
            let check_name: String
            let location: Location
        }
        let annotations = RunAnnotations(Self.record).all
        let twice = annotations + annotations.prefix(1)
        let data = try GitLabAnnotations.report(twice, place: "nightly.yaml")
        try expectSnapshot(String(decoding: data, as: UTF8.self), named: "gl-code-quality.json")
        let items = try JSONDecoder().decode([Item].self, from: data)
        #expect(Set(items.map(\.fingerprint)).count == twice.count)
        #expect(
            items[0].location.path == "Scenarios/R01-vhost-kick.yaml" && items[0].location.lines.begin == 31)
        #expect(items.contains { $0.location.path == "nightly.yaml" && $0.severity == "minor" })
        let marks = GitLabAnnotations.section(
            "kcovlab run\u{1b}[0K\nsection_end", name: "kcovlab", now: Date(timeIntervalSince1970: 17))
        #expect(marks.begin == "\u{1b}[0Ksection_start:17:kcovlab\r\u{1b}[0Kkcovlab run\\x1b[0K section_end")
        #expect(marks.end == "\u{1b}[0Ksection_end:17:kcovlab\r\u{1b}[0K")
    }

    @Test("The summary of a step is a table that no text breaks out of")
    func summary() throws {
        let text = StepSummary.text(
            title: "kcovlab run, <b>", verdict: "4 failed | x", RunAnnotations(Self.record).all)
        try expectSnapshot(text, named: "step-summary.md")
        #expect(!text.contains("<b>") && text.contains("\\<b\\>"))
    }

    @Test("A night: new failures are errors, what is known already a warning, what is fine nothing")
    func night() throws {
        func entry(_ name: String, _ verdict: NightVerdict, _ reason: String? = nil) -> ScenarioEntry {
            ScenarioEntry(
                scenario: name, outcome: .kernelFailed, verdict: verdict, reason: reason,
                culprit: verdict == .newFailure ? "first bad commit abc" : nil)
        }
        let start = Date(timeIntervalSince1970: 1_795_000_000)
        let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        let store = try HistoryStore.openOrCreate(root.appending(path: "h"), now: start).store
        let runs = [
            BranchRun(
                branch: "main", state: .notBuilt, selection: "s", started: start, seconds: 1,
                results: [
                    entry(
                        ScenarioEntry.building, .newFailure,
                        "/kcovlab/source/drivers/vhost/net.c:7:3: error: expected ';'"),
                    entry("a", .stillFailing, "x"), entry("b", .passed), entry("c", .flaky),
                ]),
            BranchRun(
                branch: "gone", state: .infrastructure, selection: "s", started: start, seconds: 1,
                note: "no branch"),
        ]
        let night = NightStanding(
            night: try store.begin(started: start, config: ""), runs: runs, troubles: [])
        let all = NightAnnotations(night, root: root).all
        #expect(all.map(\.level) == [.error, .warning, .warning, .warning])
        #expect(all[0].file == "drivers/vhost/net.c" && all[0].line == 7)
        #expect(all[0].title == "main: (build), new-failure")
        #expect(all[0].message.hasSuffix("\nfirst bad commit abc"))
        #expect(all[3].title == "gone: not tested" && all[3].file == nil)
    }
}
