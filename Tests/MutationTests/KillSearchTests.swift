// SPDX-License-Identifier: Apache-2.0

import Foundation
import Lab
import Mutation
import Synchronization
import Testing

@testable import ScenarioModel

/// Plays one kernel: for each scenario the outcomes of its runs, one after the other; the last one stays.
private final class Script: ScenarioRunner {
    private let outcomes: Mutex<[String: [Outcome]]>
    private let ran = Mutex<[String]>([])

    init(_ outcomes: [String: [Outcome]]) {
        self.outcomes = Mutex(outcomes)
    }

    /// The names of what ran, in order.
    var log: [String] { ran.withLock(\.self) }

    func run(
        _ scenarios: [Scenario], until isEnough: @Sendable (ScenarioResult) -> Bool
    ) async -> [ScenarioResult] {
        var results: [ScenarioResult] = []
        for scenario in scenarios {
            let outcome = outcomes.withLock { outcomes -> Outcome in
                guard var rest = outcomes[scenario.name], let first = rest.first else { return .passed }
                if rest.count > 1 { rest.removeFirst() }
                outcomes[scenario.name] = rest
                return first
            }
            ran.withLock { $0.append(scenario.name) }
            let result = ScenarioResult(
                name: scenario.name, id: nil, contract: nil, outcome: outcome, seconds: 1,
                reason: outcome == .passed ? nil : "because", findings: [], console: nil, steps: [],
                buffers: [])
            results.append(result)
            if isEnough(result) { break }
        }
        return results
    }
}

/// A scenario of which only the name matters.
private func scenario(_ name: String) throws -> Scenario {
    try ScenarioReader.read(
        text: """
            name: \(name)
            about: Something.
            tasks:
              main:
                - call: getppid
            """, file: "\(name).yaml")
}

@Suite("Looking for a kill")
struct KillSearchTests {
    private func search(
        _ outcomes: [String: [Outcome]], isFull: Bool = false
    ) async throws -> (KillSearch.Findings, [String]) {
        let script = Script(outcomes)
        let scenarios = try ["first", "second", "third"].map(scenario)
        let findings = await KillSearch(on: script, scenarios: scenarios, isFull: isFull).run()
        return (findings, script.log)
    }

    @Test("The first scenario that fails twice kills, and nothing runs after it")
    func kills() async throws {
        let (findings, log) = try await search(["second": [.failed]])
        #expect(findings.kills == [Kill(scenario: "second", how: .expectation, reason: "because")])
        #expect(log == ["first", "second", "second"])
    }

    @Test("A failure that is not repeated is a remark, and the search goes on")
    func chance() async throws {
        let (findings, log) = try await search(["first": [.failed, .passed]])
        #expect(findings.kills.isEmpty)
        #expect(findings.remarks == ["first failed (failed expectation) and then did not"])
        #expect(log == ["first", "first", "second", "third"])
    }

    @Test("What the host lost is asked for once more, and never kills")
    func hostFailures() async throws {
        let (once, log) = try await search(["first": [.hostFailed, .kernelFailed]])
        #expect(once.kills.map(\.how) == [.report])
        #expect(log == ["first", "second", "third", "first", "first"])
        let (always, _) = try await search(["first": [.hostFailed]])
        #expect(always.kills.isEmpty && always.results["first"]?.outcome == .hostFailed)
    }

    @Test("A failure whose repetition the host lost leaves the mutant undecided")
    func lostRepetition() async throws {
        let (findings, _) = try await search(["first": [.failed, .hostFailed]])
        #expect(findings.kills.isEmpty)
        #expect(findings.results["first"]?.outcome == .hostFailed)
        #expect(findings.remarks.first?.hasPrefix("first failed, and could not be repeated") == true)
    }

    @Test("A full search runs everything")
    func full() async throws {
        let (findings, log) = try await search(["first": [.failed], "third": [.failed]], isFull: true)
        #expect(findings.kills.map(\.scenario) == ["first", "third"])
        #expect(Set(log) == ["first", "second", "third"])
    }
}

@Suite("Green runs")
struct GreenRunsTests {
    private func runs(_ outcomes: [Outcome]) async throws -> (GreenRuns, Int) {
        let script = Script(["only": outcomes])
        let verdict = await GreenRuns.count(of: try scenario("only"), on: script)
        return (verdict, script.log.count)
    }

    @Test("Twenty passes are green, one failure is not")
    func verdicts() async throws {
        #expect(try await runs([.passed]) == (.green, 20))
        let (doubtful, count) = try await runs([.passed, .passed, .failed])
        #expect(doubtful == .doubtful("passed 2 times and then did not: because") && count == 3)
    }

    @Test("Runs that the host lost are made up for, but not for ever")
    func hostFailures() async throws {
        #expect(try await runs([.passed, .hostFailed, .passed]) == (.green, 21))
        #expect(try await runs([.hostFailed]).0 == .unknown("because"))
    }

    @Test(
        "A kill of a doubtful scenario is taken back, one that could not be checked leaves the mutant undecided"
    )
    func takingBack() throws {
        let mutant = Mutant(
            name: "m", summary: "breaks it", patch: URL(fileURLWithPath: "/m.patch"), images: [], needs: [],
            equivalent: nil, places: [])
        func result(_ kills: [String]) -> MutantResult {
            MutantResult(
                mutant: mutant, outcome: .killed,
                kills: kills.map { Kill(scenario: $0, how: .expectation, reason: nil) }, seconds: 1,
                remarks: [], record: nil)
        }
        var survivor = result(["a"])
        survivor.takeBack("a", unless: .doubtful("failed"))
        #expect(survivor.outcome == .survived && survivor.kills.isEmpty && survivor.remarks.count == 1)
        var undecided = result(["a"])
        undecided.takeBack("a", unless: .unknown("no libvirt"))
        #expect(undecided.outcome == .hostFailed)
        var killed = result(["a", "b"])
        killed.takeBack("a", unless: .doubtful("failed"))
        #expect(killed.outcome == .killed && killed.kills.map(\.scenario) == ["b"])
        killed.takeBack("b", unless: .green)
        #expect(killed.kills.map(\.scenario) == ["b"])
    }
}
