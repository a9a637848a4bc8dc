// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import GuestKernel

/// The host closed its side while something was being said to it.
struct HostGone: Error {}

/// One conversation with a host: from its hello until it parks the guest, ends it or goes away.
package struct AgentSession {
    /// What the agent does next.
    package enum Ending: Hashable, Sendable {
        /// Wait for another hello.
        case parked
        /// Power the guest off.
        case powerOff
        /// The host went away or spoke nonsense inside a session: power the guest off.
        case broken
    }

    private let channel: ByteChannel
    private let ticksPerMillisecond: UInt64
    private let announce: (String) -> Void

    /// Makes a session.
    ///
    /// - Parameters:
    ///   - channel: The line to the host.
    ///   - ticksPerMillisecond: From `measuredTicks()`.
    ///   - announce: Puts a line on the console. By `session NONCE` and `run NUMBER ended` the host knows that the
    ///     console works and that it has seen everything printed before.
    package init(channel: ByteChannel, ticksPerMillisecond: UInt64, announce: @escaping (String) -> Void) {
        self.channel = channel
        self.ticksPerMillisecond = ticksPerMillisecond
        self.announce = announce
    }

    /// Processor ticks per millisecond, measured now (5 ms).
    package static func measuredTicks() -> UInt64 { Clock.measureTicks() }

    /// Serves one host.
    ///
    /// A line that closes before a hello leaves everything as it was.
    package func serve() -> Ending {
        var decoder = FrameDecoder<HostMessage>()
        var isOpen = false
        do {
            while let bytes = try channel.read() {
                decoder.append(bytes)
                while let message = try decoder.next() {
                    guard isOpen || message.opensSession else {
                        try send(.failure("a session starts with hello"))
                        return .broken
                    }
                    isOpen = true
                    if let ending = try answer(message) { return ending }
                }
            }
            return isOpen ? .broken : .parked
        } catch let error as ProtocolError {
            try? send(.failure("\(error)"))
            return .broken
        } catch {
            return .broken
        }
    }

    /// Does what a message asks for; the ending when it was the last one.
    private func answer(_ message: HostMessage) throws -> Ending? {
        switch message {
        case .hello(let version, let nonce):
            guard version == ProtocolVersion.current else {
                try send(
                    .failure(
                        "this agent speaks version \(ProtocolVersion.current), the host version \(version)"))
                return .broken
            }
            announce("session \(nonce)")
            try send(.hello(version: version, nonce: nonce, facts: GuestProbe.facts()))
        case .run(let run, let program):
            let runner = ProgramRunner(
                run: run, program: program, ticksPerMillisecond: ticksPerMillisecond, channel: channel,
                send: send)
            guard let ending = try runner.execute() else { return .broken }
            announce("run \(run) ended")
            try send(.finished(run: run, ending: ending))
        case .inspect(let handles):
            try send(.state(try GuestProbe.state(handles: handles)))
        case .park:
            try send(.parked)
            return .parked
        case .powerOff:
            return .powerOff
        }
        return nil
    }

    private func send(_ message: AgentMessage) throws {
        guard try channel.write(message.frame) else { throw HostGone() }
    }
}

extension HostMessage {
    fileprivate var opensSession: Bool { if case .hello = self { true } else { false } }
}
