// SPDX-License-Identifier: Apache-2.0

import Bisection
import Foundation
import Installation
import KernelBuild
import Lab
import Reports
import ScenarioModel
import Synchronization
import Testing

/// Answers with the outcomes it was given, one for each run; without any the kernel does not build.
private final class ScriptedTester: KernelTester {
    private let answers: Mutex<[Outcome]>
    private let isBooting: Bool
    /// How often scenarios were to run, for each run.
    let repeats = Mutex<[Int]>([])

    init(_ answers: [Outcome], isBooting: Bool = true) {
        self.answers = Mutex(answers)
        self.isBooting = isBooting
    }

    func test(
        _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats count: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        repeats.withLock { $0.append(count) }
        guard let outcome = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
            throw KernelBuildFailure(
                image: kernel.name, phase: "compile", errors: ["error: x"], log: directory.url)
        }
        let record = SampleRecord.record(["exact-count": outcome])
        try FakeTester.leave(record, isBooting: isBooting, in: directory)
        return record
    }

    func compare(
        _ scenario: String, from base: (directory: URL, name: String), to head: (directory: URL, name: String)
    ) async throws -> String {
        throw CancellationError()
    }

    func coverage(of directory: URL) async throws -> LineCoverage? { nil }

    func key(of kernel: KernelChoice) async throws -> String? { nil }
}

/// A verdict that decides where a search goes on.
@Suite("The verdict on a commit")
struct CommitJudgeTests {
    private func judge(
        _ tester: ScriptedTester, _ question: CommitJudge.Question = .scenarios
    ) async throws -> CommitVerdict {
        let scenarios = try ScenarioCatalog.load(directory: ShippedData.locate().scenarios).select(["L01"])
        let place = FileManager.default.temporaryDirectory.appending(path: "kcovlab-judge-\(UUID())")
        defer { try? FileManager.default.removeItem(at: place) }
        return try await CommitJudge(
            question, tester: tester, scenarios: scenarios, host: "h", repeats: 1
        ).judge(KernelChoice(image: "i"), in: try RunDirectory.use(place.appending(path: "run")))
    }

    @Test(
        "A failure counts when it is seen twice, and one that goes away is looked for five times more",
        arguments: [
            ([Outcome.passed], GitBisection.Mark.good, [1]),
            ([.knownIssue], .good, [1]),
            ([.failed, .failed], .bad, [1, 1]),
            ([.kernelFailed, .kernelFailed], .bad, [1, 1]),
            ([.failed, .passed, .flaky], .bad, [1, 1, 5]),
            ([.failed, .passed, .passed], .good, [1, 1, 5]),
            ([.notApplicable], .skip, [1]),
        ])
    func repetition(_ answers: [Outcome], _ mark: GitBisection.Mark, _ runs: [Int]) async throws {
        let tester = ScriptedTester(answers)
        let verdict = try await judge(tester)
        #expect(verdict.mark == mark)
        #expect(tester.repeats.withLock(\.self) == runs)
        #expect(!verdict.reason.isEmpty)
    }

    @Test("A kernel that does not boot cannot be judged")
    func silent() async throws {
        let verdict = try await judge(ScriptedTester([.kernelFailed], isBooting: false))
        #expect(verdict.mark == .skip)
        #expect(verdict.reason.contains("does not boot"))
    }

    @Test("What an image shows needs no guest")
    func image() async throws {
        let tester = ScriptedTester([.failed, .failed], isBooting: false)
        #expect(try await judge(tester).mark == .bad)
        #expect(try await judge(ScriptedTester([.failed, .failed], isBooting: false), .booting).mark == .bad)
    }

    @Test("Where booting is the question, a guest that comes up is good whatever its scenarios say")
    func booting() async throws {
        let silent = ScriptedTester([.kernelFailed, .kernelFailed], isBooting: false)
        #expect(try await judge(silent, .booting).mark == .bad)
        #expect(silent.repeats.withLock(\.self) == [1, 1], "seen twice")
        #expect(try await judge(ScriptedTester([.failed]), .booting).mark == .good)
        #expect(try await judge(ScriptedTester([.notApplicable]), .booting).mark == .skip)
        await #expect(throws: HostError.self) { try await judge(ScriptedTester([.hostFailed]), .booting) }
    }

    @Test("Where building is the question, a compiler that fails is bad, and all else is good")
    func building() async throws {
        #expect(try await judge(ScriptedTester([.kernelFailed], isBooting: false), .building).mark == .good)
        #expect(try await judge(ScriptedTester([.hostFailed]), .building).mark == .good)
        #expect(try await judge(ScriptedTester([]), .building).mark == .bad)
        #expect(try await judge(ScriptedTester([])).mark == .skip)
    }

    @Test("What the machine did is no verdict", arguments: [Outcome.hostFailed, .skipped])
    func machine(_ outcome: Outcome) async throws {
        await #expect(throws: HostError.self) { try await judge(ScriptedTester([outcome])) }
        await #expect(throws: HostError.self) { try await judge(ScriptedTester([.failed, outcome])) }
    }
}
