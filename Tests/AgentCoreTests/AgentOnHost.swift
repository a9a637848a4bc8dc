// SPDX-License-Identifier: Apache-2.0

import AgentCore
import AgentProtocol
import Foundation
import GuestKernel
import Testing

/// An agent session in this process, at the other end of a socket pair.
///
/// The host has no kcov, so programs here use nothing but system calls; everything else is the same code as in a guest.
final class AgentOnHost {
    private let socket: Int32
    private let agent: Thread
    private let ending = EndingBox()
    private var decoder = FrameDecoder<AgentMessage>()

    /// Where the session's thread leaves how it ended.
    final class EndingBox: @unchecked Sendable {
        private let done = DispatchSemaphore(value: 0)
        private var value: AgentSession.Ending?
        private(set) var announced: [String] = []

        func announce(_ text: String) { announced.append(text) }

        func set(_ ending: AgentSession.Ending) {
            value = ending
            done.signal()
        }

        func wait() -> AgentSession.Ending? {
            done.wait()
            return value
        }
    }

    init() throws {
        var pair: [Int32] = [0, 0]
        let result = unsafe socketpair(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
        try #require(result == 0)
        socket = pair[0]
        let end = pair[1]
        agent = Thread { [ending] in
            do {
                let channel = try ByteChannel(FileDescriptor(owning: end))
                let session = AgentSession(
                    channel: channel, ticksPerMillisecond: AgentSession.measuredTicks(),
                    announce: ending.announce)
                ending.set(session.serve())
            } catch {
                ending.set(.broken)
            }
        }
        agent.start()
    }

    deinit { close(socket) }

    var announced: [String] { ending.announced }

    func send(_ message: HostMessage) throws { try send(bytes: message.frame) }

    func send(bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(socket, $0.baseAddress, $0.count) }
            try #require(count > 0)
            rest = rest.dropFirst(count)
        }
    }

    /// The next message; nil when the agent closed its side.
    func receive() throws -> AgentMessage? {
        while true {
            if let message = try decoder.next() { return message }
            var bytes = [UInt8](repeating: 0, count: 65536)
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(socket, $0.baseAddress, $0.count) }
            if count <= 0 { return nil }
            decoder.append(bytes.prefix(count))
        }
    }

    func hangUp() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// How the session ended.
    func end() -> AgentSession.Ending? { ending.wait() }

    func greet() throws {
        try send(.hello(version: ProtocolVersion.current, nonce: 7))
        guard case .hello(_, 7, _) = try receive() else {
            Issue.record("no hello")
            return
        }
    }

    /// Runs a program of a session that was greeted, and collects what is said about it.
    func run(_ tasks: [TaskProgram], stepLimit: UInt32 = 60_000, limit: UInt32 = 120_000) throws -> Report {
        let program = Program(descriptors: [], stimuli: [], tasks: tasks, stepLimit: stepLimit, limit: limit)
        try send(.run(run: 1, program: program))
        var report = Report()
        while let message = try receive() {
            switch message {
            case .step(_, let step): report.steps.append(step)
            case .task(_, let task): report.tasks[task.name] = task
            case .finished(_, let ending):
                report.ending = ending
                return report
            default: break
            }
        }
        return report
    }

    struct Report {
        var steps: [StepReport] = []
        var tasks: [String: TaskReport] = [:]
        var ending: ProgramEnding?

        var results: [Int64] { steps.map(\.result) }
        var states: [StepReport.State] { steps.map(\.state) }
    }
}

extension Step {
    /// A system call without arguments, or with some.
    static func call(
        _ number: UInt32, _ name: String, _ arguments: [Value] = [], times: UInt64 = 1,
        expect: StepExpectation = .success, keep: String? = nil
    ) -> Step {
        Step(
            number: number, verb: "call", arguments: ["name": .text(name), "arguments": .list(arguments)],
            times: times, expectation: expect, keepsResultAs: keep)
    }
}
