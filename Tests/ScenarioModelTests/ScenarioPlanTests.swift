// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import Diagnostics
import KcovModel
import KernelSymbols
import Testing

@testable import ScenarioModel

@Suite struct ScenarioPlanTests {
    private let index = TableIndex(
        points: ["handle_tx_kick", "vhost_flush_work", "work"].enumerated().map { number, name in
            CoveragePoint(
                pc: ProgramCounter(rawValue: 0x1000 + UInt64(number)), callback: .tracePC, symbol: name,
                frames: [SourceFrame(function: name, file: "a.c", line: 1)])
        }, uninstrumented: ["schedule"])

    private func plan(_ text: String, features: [String]) throws -> ScenarioPlan? {
        switch try ScenarioReader.read(text: text, file: "s.yaml").plan(features: features, index: index) {
        case .applicable(let plan): plan
        case .build, .unanswerable: throw CancellationError()
        case .notApplicable: nil
        }
    }

    @Test func bothContractsAreResolved() throws {
        let both = try #require(try plan(ScenarioReaderTests.good, features: ["simultaneous-enable"]))
        #expect(both.contract == "simultaneous")
        #expect(both.program.tasks[0].steps[0].expectation == .value(0))
        #expect(both.checks.contains { $0.expectation == .present(["handle_tx_kick"]) })
        #expect(both.expectedReports.isEmpty)

        let one = try #require(try plan(ScenarioReaderTests.good, features: []))
        #expect(one.contract == "exclusive")
        #expect(one.program.tasks[0].steps[0].expectation == .errno(16))
        #expect(!one.program.tasks[0].steps.contains { $0.verb == "remote-enable" })
        #expect(one.checks.contains { $0.buffer == "remote" && $0.expectation == .count(0...0) })
        #expect(one.expectedReports.map(\.reason) == ["it is one"])
    }

    @Test func stepsAreLowered() throws {
        let plan = try #require(try plan(ScenarioReaderTests.good, features: ["simultaneous-enable"]))
        let steps = plan.program.tasks[0].steps
        let remote = try #require(steps.first { $0.verb == "remote-enable" })
        #expect(remote.arguments["common"] == .integer(0x42))
        #expect(
            remote.arguments["handles"] == .list([.sum([.integer(1 << 56), .reference("gadget.bus")])]))
        let wait = try #require(steps.first { $0.verb == "wait-calls" })
        #expect(wait.arguments["function"] == .integer(0x1000))
        let read = try #require(steps.first { $0.verb == "call" })
        #expect(
            read.arguments["arguments"] == .list([.integer(.max), .reference("local.address"), .integer(8)]))
        #expect(read.times == 7 && read.expectation == .anything && read.keepsResultAs == "bytes")
        #expect(steps.first { $0.verb == "repeat" }?.body.first?.awaits == "remote")
        #expect(plan.steps.map(\.number) == Array(0..<UInt32(plan.steps.count)))
        #expect(plan.steps[0].text == "main: enable local" && plan.steps[0].location == "s.yaml:14")
        #expect(plan.program.stepLimit == 2000 && plan.program.limit == 9000)
    }

    @Test(arguments: [
        ("handle_tx_kik", "no function 'handle_tx_kik'; near it: handle_tx_kick", true),
        ("schedule", "'schedule' is not instrumented", false),
    ])
    func functionsMustBeVisible(_ name: String, _ says: String, isUnknown: Bool) throws {
        let text = ScenarioReaderTests.good.replacing(
            "- present: [handle_tx_kick]", with: "- absent: [\(name)]")
        let scenario = try ScenarioReader.read(text: text, file: "s.yaml")
        guard case .unanswerable(let hidden) = scenario.plan(features: ["simultaneous-enable"], index: index)
        else {
            Issue.record("a plan for \(name)")
            return
        }
        #expect(hidden.problems.count == 1 && hidden.problems[0].message.contains(says))
        #expect(hidden.areUnknown == isUnknown)
        #expect(try plan(text, features: []) != nil, "a function of another contract is not looked up")
    }

    @Test func handlesThatMustBeFreeAgainAreKnown() throws {
        let text = """
            name: handles
            about: Something.
            kcov: {a: 512, b: 512}
            tasks:
              main:
                - remote-enable: {kcov: a, common: 0x42, handles: [{usb: 5, count: 3}, {usb: 0}]}
                  expect: 0
                - disable: a
                  expect: 0
                - remote-enable: {kcov: b, common: 0x100000001, handles: [0x42, 0x0200000000000001, 0x0100000100000001]}
                  expect: EINVAL
            expect:
              a: [{count: 0}]
              b: [{count: 0}]
            """
        let plan = try #require(try plan(text, features: []))
        // What can never be registered is not asked about.
        #expect(plan.handles == [0x42, 1 << 56, 1 << 56 | 5, 1 << 56 | 6, 1 << 56 | 7])
    }

    @Test func aBuildIsJudgedWithoutAProgram() throws {
        let text = """
            name: sample
            about: A sample.
            build:
              - absent: [kcov_task_init]
                when: kcov-off
              - struct: {name: task_struct, size: 0x10, with: kcov_*, without: [kcov, mode]}
                when: not kcov-off
              - warnings: none
            """
        let scenario = try ScenarioReader.read(text: text, file: "s.yaml")
        func expectations(_ features: [String]) throws -> [BuildExpectation]? {
            guard case .build(let plan) = scenario.plan(features: features, index: index) else {
                return nil
            }
            return plan.checks.map(\.expectation)
        }
        #expect(try expectations(["kcov-off"]) == [.absent(["kcov_task_init"]), .noWarnings])
        let layout = StructExpectation(
            name: "task_struct", size: 16, with: ["kcov_*"], without: ["kcov", "mode"])
        #expect(try expectations([]) == [.layout(layout), .noWarnings])
        // What runs a program says nothing about a kernel without kcov.
        let program = try ScenarioReader.read(text: ScenarioReaderTests.good, file: "s.yaml")
        #expect(!program.applies(toKernelWith: ["kcov-off"]))
    }

    @Test(arguments: [
        ("  - warnings: some", "'warnings' takes 'none'"),
        ("  - struct: {name: task_struct}", "nothing is said about 'struct task_struct'"),
        ("  - presnt: [kcov_task_init]", "has no key 'presnt'"),
        ("  - {present: a, absent: b}", "an expectation has one form, found 2"),
        ("  - warnings: none\n    when: kcov-off", "nothing is expected of the build"),
        ("  - warnings: none\ntasks:\n  main:\n    - exit", "'tasks' is for scenarios that boot a kernel"),
    ])
    func mistakesAboutBuilds(_ item: String, _ says: String) throws {
        let error = #expect(throws: InputError.self) {
            try ScenarioReader.read(
                text: "name: sample\nabout: A sample.\nbuild:\n\(item)\n", file: "s.yaml")
        }
        #expect(try #require(error).description.contains(says))
    }

    @Test func requirementsDecide() throws {
        let text = ScenarioReaderTests.good.replacing(
            "limits:", with: "requires: [vhost-task, not selftest]\nlimits:")
        let scenario = try ScenarioReader.read(text: text, file: "s.yaml")
        func reason(_ features: [String]) throws -> String? {
            if case .notApplicable(let reason) = scenario.plan(features: features, index: index) {
                reason
            } else {
                nil
            }
        }
        #expect(try reason(["vhost-task"]) == nil)
        #expect(try reason([])?.contains("with vhost-task, which this kernel does not claim") == true)
        #expect(
            try reason(["vhost-task", "selftest"])?.contains("without selftest, which this kernel claims")
                == true)
    }
}
