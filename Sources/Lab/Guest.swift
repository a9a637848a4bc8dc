// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import ConsoleWatch
import Foundation
import Libvirt

/// One running guest with its console and its agent.
///
/// Driven by one task at a time. Whatever the guest does arrives in one mailbox, and what is learned from it is collected
/// in `facts`, from which the ending is decided.
actor Guest {
    /// Why a guest cannot be used further; the facts say what is known.
    struct Failure: Error {}

    let number: Int
    let domain: Domain
    let console: GuestConsole
    private(set) var facts = RunFacts()
    private(set) var limits: TimeLimits
    private let events: Mailbox<GuestEvent>
    private var consoleStream: ByteStream?
    private var channel: ByteStream?
    private var nextRun: UInt32 = 0
    private var isStopped = false
    private var consoleHasEnded = false
    private var marks: Set<String> = []

    /// Takes over a paused domain and opens its console.
    ///
    /// - Throws: `LibvirtError`; the domain still exists then.
    init(
        number: Int, domain: Domain, log: FileHandle?, rules: ConsoleRules, limits: TimeLimits
    ) async throws {
        self.number = number
        self.domain = domain
        self.limits = limits
        let events = Mailbox<GuestEvent>()
        self.events = events
        let console = GuestConsole(log: log, rules: rules, events: events)
        self.console = console
        domain.connection.watch(domain: domain.name) { event in
            switch event {
            case .stopped(let stop): events.post(.stopped(stop))
            case .paused(isError: true): events.post(.pausedByError)
            case .disconnected: events.post(.disconnected)
            case .started, .resumed, .paused: break
            }
        }
        consoleStream = try await ByteStream.console(
            of: domain, received: { console.received($0) }, ended: { _ in console.ended() })
    }

    /// Lets the guest run and greets its agent.
    ///
    /// - Parameter limit: Seconds until the agent must have answered.
    /// - Returns: What the guest says about itself.
    /// - Throws: `Failure`, `LibvirtError`.
    func start(limit: Double) async throws -> GuestFacts {
        let deadline = ContinuousClock.now + .seconds(limit)
        try await openChannel()
        try await domain.resume()
        let nonce = UInt64.random(in: .min ... .max)
        try send(.hello(version: ProtocolVersion.current, nonce: nonce))
        let expired = RunFacts.Limit.boot(seconds: limit)
        let answer = try await wait(until: deadline, expired) { message -> GuestFacts? in
            guard case .hello(_, let echo, let facts) = message, echo == nonce else { return nil }
            return facts
        }
        facts.helloSeen = true
        facts.phase = .agent
        // The console must carry what the agent printed, or a kernel report on it would never be seen.
        try await waitForMark("session \(nonce)")
        return answer
    }

    private func openChannel() async throws {
        let events = events
        let receiver = AgentReceiver(events: events)
        channel = try await ByteStream.channel(
            ProtocolVersion.portName, of: domain, received: { receiver.received($0) },
            ended: { _ in events.post(.channelEnded) })
    }

    /// Runs a program and collects what the agent reports about it.
    func run(_ program: Program) async throws -> ProgramReport {
        nextRun += 1
        let run = nextRun
        var report = ProgramReport()
        facts.isFinished = false
        try send(.run(run: run, program: program))
        let seconds = limits.program(limit: program.limit)
        let ending = try await wait(until: .now + .seconds(seconds), .program(seconds: seconds)) {
            try report.add($0, run: run)
        }
        report.ending = ending
        try await waitForMark("run \(run) ended")
        facts.reports += console.settle()
        facts.isFinished = true
        return report
    }

    /// Asks for what a leak would change.
    ///
    /// - Parameter handles: Remote handles that should be free.
    /// - Returns: What the agent counted.
    /// - Throws: `Failure`.
    func state(handles: [UInt64]) async throws -> GuestState {
        try send(.inspect(handles: handles))
        return try await wait(until: .now + .seconds(limits.answer), .silence(seconds: limits.answer)) {
            if case .state(let state) = $0 { state } else { nil }
        }
    }

    /// Ends the session so that the guest can be saved.
    func park() async throws {
        try send(.park)
        try await wait(until: .now + .seconds(limits.answer), .silence(seconds: limits.answer)) {
            message -> Void? in
            if case .parked = message { () } else { nil }
        }
        channel?.close()
        channel = nil
        // Without this the saved guest may still be about to learn that the line was closed, and takes it for the end of
        // the next session.
        try await waitForMark("parked")
    }

    /// Hands over the reports so far, which belong to nothing that runs from now on.
    func takeReports() -> [ConsoleReport] {
        let reports = facts.reports + console.settle()
        facts.reports = []
        return reports
    }

    /// Drops the reports that were judged: a guest that goes on must not be blamed for them again.
    func dropReports() { facts.reports = [] }

    func setLimits(_ limits: TimeLimits) { self.limits = limits }

    /// Says that a step or a program did not end in time.
    func note(expired limit: RunFacts.Limit) { facts.expired = facts.expired ?? limit }

    /// Says that something on our side broke.
    func note(hostError: String) { facts.hostError = facts.hostError ?? hostError }

    /// Decides how the run of this guest ended so far.
    func ending() -> (ending: RunEnding, facts: RunFacts) {
        var facts = facts
        console.describe(&facts)
        return (RunEnding(facts), facts)
    }

    /// After a failure: collects the rest of what the console has to say, until it is silent or gone.
    func collectLastWords() async {
        let deadline = ContinuousClock.now + .seconds(limits.settling)
        while !(isStopped && consoleHasEnded), !facts.isInterrupted, .now < deadline {
            // A report comes without pauses; a guest that hangs prints nothing.
            let pause = isStopped ? limits.settling : min(1, limits.settling)
            guard case .element(let event) = await events.next(until: min(deadline, .now + .seconds(pause)))
            else { break }
            absorb(event)
        }
        facts.reports += console.settle()
    }

    private func send(_ message: HostMessage) throws {
        do {
            guard let channel else { throw Failure() }
            try channel.send(message.frame)
        } catch is LibvirtError {
            facts.channelClosed = true
            throw Failure()
        }
    }

    /// Waits for the message a closure recognises; everything else is collected meanwhile.
    private func wait<Answer>(
        until deadline: ContinuousClock.Instant, _ limit: RunFacts.Limit,
        _ recognise: (AgentMessage) throws -> Answer?
    ) async throws -> Answer {
        while true {
            switch await events.next(until: deadline) {
            case .element(.message(let message)):
                if case .failure(let reason) = message {
                    facts.hostError = "the agent gave up: \(reason)"
                    throw Failure()
                }
                do {
                    if let answer = try recognise(message) { return answer }
                } catch let error as ProgramReport.Inconsistency {
                    facts.hostError = "the agent's report makes no sense: \(error.what)"
                    throw Failure()
                }
            case .element(let event):
                absorb(event)
                if isOver { throw Failure() }
            case .late:
                facts.expired = limit
                throw Failure()
            case .cancelled:
                facts.isInterrupted = true
                throw Failure()
            }
        }
    }

    private func waitForMark(_ mark: String) async throws {
        let deadline = ContinuousClock.now + .seconds(limits.console)
        while marks.remove(mark) == nil {
            switch await events.next(until: deadline) {
            case .element(let event):
                absorb(event)
                if isOver { throw Failure() }
            case .late:
                facts.hostError =
                    "the console does not carry what the guest prints: the agent's mark '\(mark)' is missing, so a "
                    + "kernel report could be missing, too"
                throw Failure()
            case .cancelled:
                facts.isInterrupted = true
                throw Failure()
            }
        }
    }

    /// Whether nothing can come from the agent any more.
    private var isOver: Bool {
        isStopped || facts.channelClosed || facts.hostError != nil || facts.reports.contains(where: \.isFatal)
    }

    private func absorb(_ event: GuestEvent) {
        switch event {
        case .message: break
        case .channelEnded:
            // A channel we closed ourselves says nothing about the guest.
            if channel != nil { facts.channelClosed = true }
        case .nonsense(let what):
            facts.hostError = facts.hostError ?? "the guest sent \(what) on the agent's channel"
        case .printed(let reports, let marks):
            facts.reports += reports
            self.marks.formUnion(marks)
        case .consoleEnded: consoleHasEnded = true
        case .disconnected: facts.hostError = facts.hostError ?? "the connection to libvirt was lost"
        case .pausedByError: facts.hostError = "QEMU paused the guest because its input or output failed"
        case .stopped(let stop):
            isStopped = true
            facts.machineEnd =
                switch stop {
                case .shutDown: .poweredOff
                case .destroyed: .ended
                case .crashed, .failed, .saved, .other: .died(stop.rawValue)
                }
        }
    }

    /// Lets go of streams and events; the domain may live on as a saved state.
    func release() {
        domain.connection.watch(domain: domain.name, nil)
        channel?.close()
        channel = nil
        consoleStream?.close()
        consoleStream = nil
    }
}
