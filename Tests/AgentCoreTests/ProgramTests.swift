// SPDX-License-Identifier: Apache-2.0

import AgentCore
import AgentProtocol
import Glibc
import Testing

/// Programs of plain system calls on this machine's kernel, run by the same executor as in a guest.
///
/// One at a time: the memory of a program lies at a fixed address.
@Suite("Programs", .serialized)
struct ProgramTests {
    private func run(
        _ tasks: [TaskProgram], stepLimit: UInt32 = 60_000, limit: UInt32 = 120_000
    ) throws -> AgentOnHost.Report {
        let agent = try AgentOnHost()
        try agent.greet()
        let report = try agent.run(tasks, stepLimit: stepLimit, limit: limit)
        #expect(agent.announced.last == "run 1 ended")
        try agent.send(.park)
        #expect(try agent.receive() == .parked)
        #expect(agent.end() == .parked)
        return report
    }

    @Test("Steps run in order, as often as they say, and results come back")
    func order() throws {
        let report = try run([
            TaskProgram(
                name: "main",
                steps: [
                    .call(0, "getppid", times: 1000),
                    .call(1, "lseek", [.integer(9999), .integer(0), .integer(0)], expect: .errno(EBADF)),
                    .call(
                        2, "openat", [.integer(UInt64(bitPattern: -100)), .text("/dev/null"), .integer(0)],
                        keep: "f"),
                    .call(3, "close", [.reference("f")], expect: .value(0)),
                    .call(4, "close", [.reference("f")], expect: .errno(EBADF)),
                ])
        ])
        #expect(report.ending == .completed)
        #expect(report.states == Array(repeating: .kept, count: 5))
        #expect(report.steps[0].runs == 1000)
        // The parent of the program is this process.
        #expect(report.results[0] == Int64(getpid()))
        #expect(report.results[1] == Int64(-EBADF))
        #expect(report.tasks["main"]?.state == .ended)
    }

    @Test("A broken promise stops the program there")
    func broken() throws {
        let report = try run([
            TaskProgram(
                name: "main",
                steps: [
                    .call(0, "getppid"), .call(1, "getppid", expect: .errno(EINVAL)), .call(2, "getppid"),
                ])
        ])
        #expect(report.ending == .broken)
        #expect(report.states == [.kept, .broken, .notReached])
    }

    @Test("Loops repeat their steps")
    func loops() throws {
        let body = Step(
            number: 0, verb: "repeat", arguments: ["count": .integer(7)],
            body: [
                .call(1, "getppid"),
                Step(
                    number: 2, verb: "repeat", arguments: ["count": .integer(3)], body: [.call(3, "getuid")]),
            ])
        let report = try run([TaskProgram(name: "main", steps: [body])])
        #expect(report.ending == .completed)
        #expect(report.steps.map(\.runs) == [1, 7, 7, 21])
    }

    @Test("Threads and processes are tasks of their own, and are waited for")
    func tasks() throws {
        func spawn(_ number: UInt32, _ verb: String, _ task: String) -> Step {
            Step(number: number, verb: verb, arguments: ["task": .text(task)])
        }
        let report = try run([
            TaskProgram(
                name: "main",
                steps: [
                    .call(0, "getpid"), .call(1, "gettid"),
                    spawn(2, "spawn-thread", "thread"), spawn(3, "spawn-process", "child"),
                    Step(number: 4, verb: "barrier", arguments: ["name": .text("all")]),
                    spawn(5, "join", "thread"), spawn(6, "join", "child"),
                ]),
            TaskProgram(
                name: "thread",
                steps: [
                    .call(7, "getpid"), .call(8, "gettid"),
                    Step(number: 9, verb: "barrier", arguments: ["name": .text("all")]),
                ]),
            TaskProgram(
                name: "child",
                steps: [
                    .call(10, "getpid"), .call(11, "getppid"),
                    Step(number: 12, verb: "barrier", arguments: ["name": .text("all")]),
                ]),
        ])
        #expect(report.ending == .completed)
        let result = report.results
        #expect(result[0] == result[7] && result[1] != result[8], "a thread shares the process")
        #expect(result[10] != result[0] && result[11] == result[0], "a child process has its own")
        #expect(report.tasks.values.allSatisfy { $0.state == .ended })
    }

    @Test("An executed image goes on with the next step, in the same process")
    func exec() throws {
        let report = try run([
            TaskProgram(
                name: "main",
                steps: [
                    .call(0, "getpid"),
                    Step(number: 1, verb: "spawn-process", arguments: ["task": .text("child")]),
                    Step(number: 2, verb: "join", arguments: ["task": .text("child")]),
                ]),
            TaskProgram(
                name: "child",
                steps: [
                    .call(3, "getpid"), Step(number: 4, verb: "exec"), .call(5, "getpid"),
                    .call(6, "getppid"),
                ]),
        ])
        #expect(report.ending == .completed)
        #expect(report.results[3] == report.results[5])
        #expect(report.results[6] == report.results[0])
    }

    @Test("A step that hangs in the kernel is found, and everything is ended")
    func stuck() throws {
        let report = try run(
            [
                TaskProgram(
                    name: "main",
                    steps: [
                        .call(0, "eventfd2", [.integer(0), .integer(0)], keep: "event"),
                        .call(1, "read", [.reference("event"), .integer(0x1000), .integer(8)]),
                        .call(2, "getppid"),
                    ])
            ], stepLimit: 5000)
        #expect(report.ending == .stuck(step: 1))
        #expect(report.states == [.kept, .stuck, .notReached])
        #expect(report.tasks["main"]?.state == .stuck)
    }

    @Test("A program that never ends is ended by its limit")
    func endless() throws {
        let loop = Step(
            number: 0, verb: "repeat", arguments: ["count": .integer(.max)], body: [.call(1, "getppid")])
        let report = try run([TaskProgram(name: "main", steps: [loop])], limit: 5000)
        #expect(report.ending == .timedOut)
        #expect(report.states[0] != .kept)
        #expect(report.steps[1].runs > 0)
    }

    @Test("A task that a signal kills is reported with the signal")
    func killed() throws {
        let report = try run([
            TaskProgram(
                name: "main",
                steps: [
                    Step(number: 0, verb: "spawn-process", arguments: ["task": .text("child")]),
                    Step(
                        number: 1, verb: "join", arguments: ["task": .text("child")],
                        expectation: .errno(ECHILD)),
                ]),
            TaskProgram(
                name: "child",
                steps: [.call(2, "getpid", keep: "me"), .call(3, "kill", [.reference("me"), .integer(9)])]),
        ])
        #expect(report.ending == .broken)
        #expect(report.tasks["child"]?.state == .killed)
        #expect(report.tasks["child"]?.detail == 9)
    }

    @Test("A process that its exit kills has ended as it was to, with that signal only")
    func killsItself() throws {
        func program(_ last: Step) -> [TaskProgram] {
            [
                TaskProgram(
                    name: "main",
                    steps: [
                        Step(number: 0, verb: "spawn-process", arguments: ["task": .text("child")]),
                        Step(number: 1, verb: "join", arguments: ["task": .text("child")]),
                    ]),
                TaskProgram(name: "child", steps: [last]),
            ]
        }
        let killed = try run(program(Step(number: 2, verb: "exit", arguments: ["signal": .integer(9)])))
        #expect(killed.ending == .completed)
        #expect(killed.states == [.kept, .kept, .kept])
        // SIGCHLD ends nobody.
        let alive = try run(program(Step(number: 2, verb: "exit", arguments: ["signal": .integer(17)])))
        #expect(alive.ending == .broken)
        #expect(alive.states == [.kept, .broken, .kept])
    }

    @Test("A host that goes away while a program runs ends the program and the guest")
    func hangUpWhileRunning() throws {
        let agent = try AgentOnHost()
        try agent.greet()
        let wait = Step(
            number: 0, verb: "repeat", arguments: ["count": .integer(.max)], body: [.call(1, "getppid")])
        let program = Program(
            descriptors: [], stimuli: [], tasks: [TaskProgram(name: "main", steps: [wait])],
            stepLimit: 60_000,
            limit: 60_000)
        try agent.send(.run(run: 1, program: program))
        #expect(try agent.receive() == .prepared(run: 1))
        agent.hangUp()
        #expect(agent.end() == .broken)
    }

    @Test(
        "What makes no sense is refused before the first step",
        arguments: [
            Step.call(0, "no_such_call"), Step(number: 0, verb: "dance"), Step(number: 5, verb: "exit"),
            Step(number: 0, verb: "reset", arguments: ["buffer": .text("nowhere")]),
            Step(number: 0, verb: "join", arguments: ["task": .text("nobody")]),
            Step(
                number: 0, verb: "call",
                arguments: ["name": .text("close"), "arguments": .list([.reference("x")])]),
            Step(number: 0, verb: "getppid", times: 0),
        ])
    func nonsense(step: Step) throws {
        let report = try run([TaskProgram(name: "main", steps: [step])])
        guard case .notPrepared(let reason) = report.ending else {
            Issue.record("it ran: \(String(describing: report.ending))")
            return
        }
        #expect(!reason.isEmpty)
        #expect(report.steps.isEmpty)
    }
}
