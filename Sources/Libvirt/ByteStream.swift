// SPDX-License-Identifier: Apache-2.0

import CLibvirt
import Foundation
import Synchronization

/// A console or channel of a guest as a stream of bytes in both directions.
///
/// Never blocking: a blocking read of the embedded driver holds the lock that a write needs. Bytes are read on the event
/// thread and handed over on a serial queue; when the receiver is slow, reading pauses until it caught up, and QEMU and
/// the guest feel that.
@safe package final class ByteStream: Sendable {
    /// How many received bytes may wait for the receiver before reading pauses.
    static let backlogLimit = 4 << 20
    /// How many bytes may wait to be sent.
    static let outboxLimit = 64 << 20

    struct State {
        var isOpen = true
        var isReading = true
        var backlog = 0
        var outbox: [UInt8] = []
        var sent = 0
    }

    private let domain: Domain
    private let operation: String
    nonisolated(unsafe) private let pointer: OpaquePointer
    private let queue: DispatchQueue
    private let state = Mutex(State())
    private let received: @Sendable ([UInt8]) -> Void
    private let ended: @Sendable (LibvirtError?) -> Void

    /// Opens the first serial console of a domain (`virDomainOpenConsole`).
    ///
    /// - Parameters:
    ///   - domain: A domain whose console nobody else has open.
    ///   - received: Called in order for each piece.
    ///   - ended: Called once after the last piece; the error is nil when the other side closed.
    /// - Returns: The open stream.
    /// - Throws: `LibvirtError`.
    package static func console(
        of domain: Domain, received: @escaping @Sendable ([UInt8]) -> Void,
        ended: @escaping @Sendable (LibvirtError?) -> Void
    ) async throws(LibvirtError) -> ByteStream {
        try await unsafe open(domain, "open the console of \(domain.name)", received, ended) {
            unsafe virDomainOpenConsole(domain.pointer, nil, $0, VIR_DOMAIN_CONSOLE_FORCE.rawValue)
        }
    }

    /// Opens a virtio-serial channel of a domain by its name (`virDomainOpenChannel`).
    package static func channel(
        _ name: String, of domain: Domain, received: @escaping @Sendable ([UInt8]) -> Void,
        ended: @escaping @Sendable (LibvirtError?) -> Void
    ) async throws(LibvirtError) -> ByteStream {
        try await unsafe open(domain, "open channel \(name) of \(domain.name)", received, ended) {
            unsafe virDomainOpenChannel(domain.pointer, name, $0, VIR_DOMAIN_CHANNEL_FORCE.rawValue)
        }
    }

    private static func open(
        _ domain: Domain, _ operation: String, _ received: @escaping @Sendable ([UInt8]) -> Void,
        _ ended: @escaping @Sendable (LibvirtError?) -> Void,
        _ connect: @escaping @Sendable (OpaquePointer) -> Int32
    ) async throws(LibvirtError) -> ByteStream {
        try await BlockingCall.run { () throws(LibvirtError) in
            let flags = VIR_STREAM_NONBLOCK.rawValue
            guard let pointer = unsafe virStreamNew(domain.connection.pointer, flags) else {
                throw .last(operation)
            }
            let stream = unsafe ByteStream(domain, operation, pointer, received, ended)
            guard unsafe connect(pointer) == 0 else { throw .last(operation) }
            try stream.register()
            return stream
        }
    }

    private init(
        _ domain: Domain, _ operation: String, _ pointer: OpaquePointer,
        _ received: @escaping @Sendable ([UInt8]) -> Void,
        _ ended: @escaping @Sendable (LibvirtError?) -> Void
    ) {
        self.domain = domain
        self.operation = operation
        unsafe self.pointer = pointer
        self.received = received
        self.ended = ended
        queue = DispatchQueue(label: operation)
    }

    deinit {
        unsafe _ = virStreamFree(pointer)
    }

    /// Queues bytes for the other side and returns at once.
    ///
    /// - Throws: When the stream is closed or the other side has not read for too long.
    package func send(_ bytes: [UInt8]) throws(LibvirtError) {
        let problem: String? = state.withLock { state in
            guard state.isOpen else { return "the stream is closed" }
            guard state.outbox.count - state.sent + bytes.count <= Self.outboxLimit else {
                return "the guest does not read"
            }
            state.outbox += bytes
            return nil
        }
        if let problem {
            throw LibvirtError(operation: operation, code: 0, domain: 0, message: problem)
        }
        flush()
    }

    /// Ends the stream from our side (`virStreamAbort`); nothing is received after the pieces already queued.
    package func close() {
        end(nil)
    }

    private func register() throws(LibvirtError) {
        let target = unsafe Unmanaged.passRetained(self)
        // Safety: the retained reference is released by libvirt when the callback is removed, or here on failure.
        let result = unsafe virStreamEventAddCallback(
            pointer, Int32(VIR_STREAM_EVENT_READABLE.rawValue),
            { _, events, opaque in
                guard let opaque = unsafe opaque else { return }
                let stream = unsafe Unmanaged<ByteStream>.fromOpaque(opaque).takeUnretainedValue()
                stream.handle(UInt32(truncatingIfNeeded: events))
            },
            target.toOpaque(),
            { opaque in
                guard let opaque = unsafe opaque else { return }
                unsafe Unmanaged<ByteStream>.fromOpaque(opaque).release()
            })
        guard result == 0 else {
            let error = LibvirtError.last(operation)
            unsafe target.release()
            throw error
        }
    }

    private func handle(_ events: UInt32) {
        if events & VIR_STREAM_EVENT_WRITABLE.rawValue != 0 { flush() }
        let isOver =
            events & (VIR_STREAM_EVENT_HANGUP.rawValue | VIR_STREAM_EVENT_ERROR.rawValue) != 0
        guard isOver || events & VIR_STREAM_EVENT_READABLE.rawValue != 0 else { return }
        while true {
            switch receive() {
            case .bytes(let bytes):
                queue.async { [self] in
                    received(bytes)
                    consumed(bytes.count)
                }
                // What is left after a hang-up is bounded by the kernel's buffers, so it is read in one go.
                if !isOver, pauseIfBehind() { return }
            case .nothing:
                if isOver { end(nil) }
                return
            case .end(let error):
                end(error)
                return
            }
        }
    }

    private enum Reception {
        case bytes([UInt8])
        case nothing
        case end(LibvirtError?)
    }

    private func receive() -> Reception {
        state.withLock { state in
            guard state.isOpen else { return .nothing }
            var count: Int32 = 0
            // Safety: libvirt writes at most the given number of bytes into the buffer.
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, filled in
                count = unsafe buffer.withMemoryRebound(to: CChar.self) {
                    unsafe virStreamRecv(pointer, $0.baseAddress, $0.count)
                }
                filled = max(0, Int(count))
            }
            switch count {
            case 1...:
                state.backlog += bytes.count
                return .bytes(bytes)
            case 0: return .end(nil)
            case -2: return .nothing
            default: return .end(.last(operation))
            }
        }
    }

    private func pauseIfBehind() -> Bool {
        state.withLock { state in
            guard state.isOpen, state.backlog > Self.backlogLimit else { return false }
            state.isReading = false
            updateEvents(state)
            return true
        }
    }

    private func consumed(_ count: Int) {
        state.withLock { state in
            state.backlog -= count
            guard state.isOpen, !state.isReading, state.backlog <= Self.backlogLimit / 2 else { return }
            state.isReading = true
            updateEvents(state)
        }
    }

    private func flush() {
        let failure: LibvirtError? = state.withLock { state in
            while state.isOpen, state.sent < state.outbox.count {
                // Safety: libvirt reads at most the given number of bytes.
                let count = unsafe state.outbox[state.sent...].withUnsafeBytes { bytes in
                    unsafe virStreamSend(
                        pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                        min(bytes.count, 65536))
                }
                if count == -2 { break }
                guard count >= 0 else { return .last(operation) }
                state.sent += Int(count)
            }
            if state.sent == state.outbox.count {
                state.outbox.removeAll(keepingCapacity: true)
                state.sent = 0
            }
            if state.isOpen { updateEvents(state) }
            return nil
        }
        if let failure { end(failure) }
    }

    private func updateEvents(_ state: borrowing State) {
        var events = state.isReading ? VIR_STREAM_EVENT_READABLE.rawValue : 0
        if !state.outbox.isEmpty { events |= VIR_STREAM_EVENT_WRITABLE.rawValue }
        unsafe _ = virStreamEventUpdateCallback(pointer, Int32(events))
    }

    private func end(_ error: LibvirtError?) {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        guard wasOpen else { return }
        queue.async { [self] in ended(error) }
        unsafe _ = virStreamEventRemoveCallback(pointer)
        unsafe _ = virStreamAbort(pointer)
    }
}
