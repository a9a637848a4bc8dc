// SPDX-License-Identifier: Apache-2.0

import Comparison
import Foundation
import Lab
import Reports
import Testing

@Suite("Comparisons of runs")
struct ComparisonReportTests {
    private static func run(_ scenarios: [ScenarioResult], name: String) -> ComparedRun {
        ComparedRun(name: name, record: SampleRun.record(scenarios), boots: [4], image: nil)
    }

    private static let comparison = RunComparison(
        base: run(
            [
                SampleRun.result("exact-count", .passed, id: "L01"),
                SampleRun.result("both-vhost", .passed, id: "P03", contract: "exclusive"),
                SampleRun.result("lost", .hostFailed), SampleRun.result("old", .failed),
            ], name: "base"),
        head: run(
            [
                SampleRun.result(
                    "exact-count", .failed, id: "L01",
                    reason: "caf\u{e9} \u{1b}[2J " + String(repeating: "long ", count: 30)
                        + String(repeating: "x", count: 200)),
                SampleRun.result("both-vhost", .passed, id: "P03", contract: "simultaneous"),
                SampleRun.result("lost", .passed), SampleRun.result("new", .passed),
            ], name: "head"))

    @Test("The text for a mail is printable ASCII of 72 columns")
    func mail() {
        let text = ComparisonText(Self.comparison).text
        for line in text.split(separator: "\n") {
            #expect(line.count <= ComparisonText.columns)
            #expect(line.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) })
        }
        #expect(
            text.replacing("\n", with: " ").hasPrefix(
                "kcovlab compare: something broke: 1 broken, 1 unknown, 1 changed contract, 1 new")
        )
    }

    @Test("Who tested it says so in a trailer, unless something broke")
    func trailer() {
        let good = RunComparison(
            base: Self.run([SampleRun.result("same", .passed)], name: "a"),
            head: Self.run([SampleRun.result("same", .passed)], name: "b"))
        let tester = "Tess Ter <tess@example.org>"
        #expect(ComparisonText(good, tester: tester).text.hasSuffix("\n\nTested-by: \(tester)\n"))
        #expect(!ComparisonText(good).text.contains("Tested-by"))
        #expect(
            ComparisonText(Self.comparison, tester: tester).text.hasSuffix(
                "\n\nNo Tested-by: HEAD fails L01; nothing is known of lost\n"))
    }

    /// Outcomes of a kernel that nobody can vouch for, though nothing is worse than before.
    @Test(
        "What fails as it did before, is unknown or was reported outside scenarios is nothing to vouch for",
        arguments: [
            ([.passed, .passed], [.passed, .passed], [], nil),
            ([.passed, .knownIssue], [.passed, .knownIssue], [], nil),
            ([.passed, .failed], [.passed, .failed], [], "HEAD fails P01"),
            ([.passed, .failed], [.passed, .flaky], [], "HEAD fails P01"),
            ([.passed, .kernelFailed], [.passed, .kernelFailed], [], "HEAD fails P01"),
            ([.passed, .passed], [.passed, .skipped], [], "nothing is known of P01"),
            ([.passed, .hostFailed], [.passed, .passed], [], "nothing is known of P01"),
            ([.passed, .passed], [.passed, .passed], ["BUG"], "the kernel of HEAD reported faults"),
            ([.skipped, .skipped], [.passed, .passed], [], "no scenario was judged by both runs"),
        ] as [([Outcome], [Outcome], [String], String?)])
    func doubts(_ before: [Outcome], _ after: [Outcome], _ reports: [String], _ doubt: String?) {
        func run(_ outcomes: [Outcome]) -> ComparedRun {
            let results = zip(["L01", "P01"], outcomes).map { SampleRun.result($0, $1, id: $0) }
            return ComparedRun(
                name: "r", record: SampleRun.record(results, stray: reports), boots: [4], image: nil)
        }
        let text = ComparisonText(
            RunComparison(base: run(before), head: run(after)), tester: "T <t@example.org>"
        ).text.replacing("\n    ", with: " ")
        #expect(text.contains("\nTested-by: ") == (doubt == nil))
        #expect(text.contains("\nNo Tested-by: ") == (doubt != nil))
        if let doubt { #expect(text.contains(doubt), "\(text)") }
    }

    @Test("Markdown and JSON name every scenario")
    func documents() throws {
        let markdown = ComparisonMarkdown(Self.comparison).text
        let data = Data(try ComparisonDocument(Self.comparison).text().utf8)
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let scenarios = try #require(root["scenarios"] as? [[String: Any]])
        #expect(scenarios.count == 5)
        #expect(root["isBroken"] as? Bool == true)
        for scenario in scenarios {
            let name = try #require(scenario["name"] as? String)
            #expect(markdown.contains(name))
        }
    }

    @Test("A directory that is no finished run is refused")
    func damage() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        #expect(throws: SavedRun.Damage.self) { try SavedRun(reading: root) }
        let directory = try RunDirectory.use(root.appending(path: "run"))
        try ReportFiles.write(SampleRun.everyOutcome, to: directory)
        _ = try SavedRun(reading: directory.url)
        try Data(#"{"schema": 2}"#.utf8).write(to: directory.results)
        #expect(throws: SavedRun.Damage.self) { try SavedRun(reading: directory.url) }
        try ReportFiles.write(
            UnfinishedRun(scenarios: [("a", nil)], image: "i", connection: "c", replay: "r")
                .record(ended: [], outcome: .skipped, reason: "stopped", seconds: 1), to: directory)
        #expect(throws: SavedRun.Damage.self) { try SavedRun(reading: directory.url) }
        try ReportFiles.write(SampleRun.everyOutcome, to: directory)
        try Data("{".utf8).write(to: directory.record)
        #expect(throws: SavedRun.Damage.self) { try SavedRun(reading: directory.url) }
    }
}
