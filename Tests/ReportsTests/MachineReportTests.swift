// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import KernelBuild
import Lab
import Reports
import Testing

@Suite("Reports for machines")
struct MachineReportTests {
    @Test("results.json reads as kept, with null where there is nothing")
    func results() throws {
        let data = try ResultsDocument(SampleRun.everyOutcome).readableJSON()
        try expectSnapshot(String(decoding: data, as: UTF8.self), named: "results.json")
    }

    @Test("results.json has exactly the promised keys")
    func resultKeys() throws {
        let data = try ResultsDocument(SampleRun.everyOutcome).readableJSON()
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        // The last one is there because the sample keeps only part of what it claims.
        let keys: Set = ["schema", "kernel", "accelerator", "summary", "scenarios", "brokenClaim"]
        #expect(Set(root.keys) == keys)
        let kernel = try #require(root["kernel"] as? [String: Any])
        #expect(Set(kernel.keys) == ["image", "release", "key", "features"])
        let summary = try #require(root["summary"] as? [String: Int])
        #expect(
            Set(summary.keys) == [
                "passed", "failed", "flaky", "knownIssue", "kernelFailed", "hostFailed", "notApplicable",
                "skipped",
            ])
        let scenarios = try #require(root["scenarios"] as? [[String: Any]])
        #expect(summary.values.reduce(0, +) == scenarios.count)
        for scenario in scenarios {
            #expect(Set(scenario.keys) == ["name", "id", "contract", "outcome", "seconds", "reason"])
        }
        #expect(scenarios[0]["contract"] is NSNull)
        #expect(scenarios[4]["id"] is NSNull)
    }

    @Test("report.ktap reads as kept")
    func ktap() throws {
        try expectSnapshot(KTAPReport(SampleRun.everyOutcome).text, named: "report.ktap")
    }

    @Test("Every plan of a KTAP report counts the tests that follow it")
    func ktapPlans() throws {
        let lines = KTAPReport(SampleRun.everyOutcome).text.split(separator: "\n")
        for indent in ["", "  "] {
            let own = lines.filter { $0.hasPrefix(indent) && !$0.dropFirst(indent.count).hasPrefix(" ") }
                .map { $0.dropFirst(indent.count) }
            let planned = own.filter { $0.hasPrefix("1..") }.compactMap { Int($0.dropFirst(3)) }.reduce(0, +)
            #expect(planned == own.count { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") })
            #expect(planned > 0)
        }
    }

    @Test("junit.xml reads as kept and parses")
    func junit() throws {
        let text = JUnitReport(SampleRun.everyOutcome).text
        try expectSnapshot(text, named: "junit.xml")
        let document = try XMLCounter.parse(text)
        #expect(document.counts["testcase"] == 11)
        #expect(document.counts["failure"] == 5)
        #expect(document.counts["error"] == 1)
        #expect(document.counts["skipped"] == 3)
        let suite = try #require(document.suite)
        #expect(suite["tests"] == "11")
        #expect(suite["failures"] == "5")
        #expect(suite["errors"] == "1")
        #expect(suite["skipped"] == "3")
        #expect(document.output.contains("<page> \"fault\" & more\\x1b[2J\\x00]]>"))
    }

    @Test("Any byte of a guest leaves junit.xml well formed")
    func junitBytes() throws {
        let console =
            String(decoding: (0...255).map { UInt8($0) }, as: UTF8.self) + "\u{fffe}\u{ffff}\u{202e}"
        let record = SampleRun.record(
            [
                SampleRun.result(
                    "<a&\"b\u{1}", .kernelFailed, reason: "\u{8}>\n<", console: console)
            ], stray: [console])
        let document = try XMLCounter.parse(JUnitReport(record).text)
        #expect(document.counts["testcase"] == 2)
    }

    @Test("Every event is one line of JSON that reads back")
    func events() throws {
        let events: [RunEvent] = [
            .building(.reused(image: "a", key: "k")), .building(.waiting(image: "a", key: "k")),
            .building(.phase(image: "a", name: "compile")),
            .building(.progress(image: "a", done: 1, expected: 2)),
            .building(.remark(image: "a", text: "t\nu")),
            .building(.finished(image: "a", key: "k", seconds: 1.23456)), .remark("x"),
            .guestStarting(number: 1, cold: true), .guestReady(number: 1, seconds: 3.1),
            .guestEnded(number: 1, reason: nil), .scenarioStarted(name: "s", id: "L01"),
            .scenarioEnded(SampleRun.result("s", .passed)),
        ]
        var names: Set<String> = []
        for event in events {
            let line = EventLine(event, seconds: 2.00049)
            let data = try line.data()
            #expect(data.count { $0 == 0x0a } == 1)
            #expect(try JSONDecoder().decode(EventLine.self, from: data) == line)
            names.insert(line.event)
        }
        #expect(names.count == events.count)
    }
}

/// What a parsed JUnit document contains.
private final class XMLCounter: NSObject, XMLParserDelegate {
    private(set) var counts: [String: Int] = [:]
    private(set) var suite: [String: String]?
    private(set) var output = ""
    private var isInOutput = false

    static func parse(_ text: String) throws -> XMLCounter {
        let counter = XMLCounter()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = counter
        if !parser.parse() { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
        return counter
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        counts[name, default: 0] += 1
        if name == "testsuite" { suite = attributes }
        isInOutput = name == "system-out"
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        isInOutput = false
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if isInOutput { output += string }
    }
}
