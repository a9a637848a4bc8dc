// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Installation
import KernelBuild
import Lab
import Mutation
import Reports
import Testing

@Suite("Verdicts on mutants")
struct MutationReportTests {
    private static func mutant(_ name: String) -> Mutant {
        Mutant(
            name: name, summary: "breaks <\(name)>", patch: URL(fileURLWithPath: "/\(name).patch"),
            images: [],
            needs: [], equivalent: nil, places: [])
    }

    private static func result(
        _ name: String, _ outcome: MutantOutcome, by kills: [Kill] = [], scenario: Outcome = .passed
    ) -> MutantResult {
        MutantResult(
            mutant: mutant(name), outcome: outcome, kills: kills, seconds: 12.3456, remarks: [],
            record: run(scenario))
    }

    private static func run(_ outcome: Outcome) -> RunRecord {
        RunRecord(
            kernel: KernelSummary(image: "i", release: "6", key: "k", features: [], remarks: []),
            accelerator: "tcg", acceleratorReason: "", timeFactor: 1, connection: "c",
            scenarios: [
                ScenarioResult(
                    name: "exact-count", id: "L01", contract: nil, outcome: outcome, seconds: 1,
                    reason: outcome == .passed ? nil : "it says \"no\"", findings: [], console: nil,
                    steps: [],
                    buffers: [])
            ], strayReports: [], replay: "", seconds: 1)
    }

    private static func record(_ results: [MutantResult], baseline: Outcome = .passed) -> MutationRecord {
        MutationRecord(
            image: "debian-6.12", baselines: [run(baseline)], results: results,
            scenarios: ["exact-count", "init-bounds"], seconds: 60)
    }

    private static let kill = Kill(
        scenario: "exact-count", how: .expectation, reason: "one too few")
    private static let killed = result("a", .killed, by: [kill], scenario: .failed)

    @Test("Only a bench on which every mutant is killed or equivalent is a success")
    func exitCodes() {
        #expect(Self.record([Self.killed]).exitStatus == .success)
        #expect(Self.record([Self.killed, Self.result("b", .equivalent)]).exitStatus == .success)
        #expect(Self.record([Self.killed, Self.result("b", .survived)]).exitStatus == .expectationFailed)
        let unbuildable = Self.result("c", .unbuildable)
        #expect(Self.record([Self.result("b", .survived), unbuildable]).exitStatus == .badInput)
        #expect(Self.record([unbuildable, Self.result("d", .hostFailed)]).exitStatus == .hostFailed)
        #expect(Self.record([]).exitStatus == .expectationFailed)
        #expect(Self.record([Self.killed], baseline: .failed).exitStatus == .expectationFailed)
        #expect(Self.record([Self.killed], baseline: .kernelFailed).exitStatus == .kernelFailed)
        #expect(Self.record([Self.killed], baseline: .skipped).exitStatus == .hostFailed)
    }

    @Test("A mutant that a scenario without a guest killed leaves its reports, too")
    func reportsWithoutGuest() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-mutants-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let silence = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/null"))
        let journal = MutationJournal(
            writer: TerminalWriter(output: silence, settings: Settings(environment: [:])),
            directory: directory, total: 1)
        journal.receive(.mutantEnded(Self.killed))
        #expect(journal.failure == nil)
        #expect(FileManager.default.fileExists(atPath: directory.appending(path: "a/results.json").path))
    }

    @Test("mutants.json says who killed what, and how")
    func document() throws {
        let results = [Self.killed, Self.result("b", .survived)]
        let data = try MutationDocument(Self.record(results)).readableJSON()
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["schema"] as? Int == 1)
        #expect(json["image"] as? String == "debian-6.12")
        #expect(json["baseline"] as? String == "passed")
        let mutants = try #require(json["mutants"] as? [[String: Any]])
        #expect(mutants.map { $0["outcome"] as? String } == ["killed", "survived"])
        let by = try #require(mutants[0]["by"] as? [[String: String]])
        #expect(
            by == [["scenario": "exact-count", "how": "failed expectation", "reason": "one too few"]])
        #expect(mutants[0]["seconds"] as? Double == 12.346)
        #expect(MutationDocument(Self.record(results, baseline: .failed)).baseline == "failed")
    }

    @Test("The matrix and JUnit show each mutant, escaped")
    func pages() throws {
        let results = [Self.killed, Self.result("b", .survived), Self.result("c", .unbuildable)]
        let matrix = KillMatrix(Self.record(results)).text
        #expect(matrix.contains("class=\"kill\""))
        #expect(matrix.contains("breaks &lt;a&gt;") && !matrix.contains("breaks <a>"))
        #expect(!matrix.contains("init-bounds"), "a scenario that never ran has no column")
        let document = try XMLDocument(xmlString: MutationJUnit(Self.record(results)).text)
        #expect(try document.nodes(forXPath: "//testcase").count == 3)
        #expect(try document.nodes(forXPath: "//failure").count == 1)
        #expect(try document.nodes(forXPath: "//error").count == 1)
    }
}
