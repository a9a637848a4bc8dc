// SPDX-License-Identifier: Apache-2.0

import CLibvirt
import Foundation
import Synchronization

/// An open connection to a libvirt driver; closed with its last reference (`virConnectClose`).
@safe package final class Connection: Sendable {
    package let uri: String
    /// libvirt locks a connection itself, so any thread may use it.
    nonisolated(unsafe) let pointer: OpaquePointer
    private let watchers: Mutex<[String: @Sendable (DomainEvent) -> Void]> = Mutex([:])

    private let eventCallback = Atomic<Int32>(-1)

    private init(uri: String, pointer: OpaquePointer) {
        self.uri = uri
        unsafe self.pointer = pointer
    }

    deinit {
        // The registration holds a reference of its own; without this the connection would stay open.
        let callback = eventCallback.load(ordering: .relaxed)
        if callback >= 0 { unsafe _ = virConnectDomainEventDeregisterAny(pointer, callback) }
        unsafe _ = virConnectUnregisterCloseCallback(pointer, Self.closed)
        unsafe _ = virConnectClose(pointer)
    }

    /// Opens a connection (`virConnectOpen`) and starts the event loop before the first one.
    ///
    /// - Parameters:
    ///   - uri: As libvirt understands it.
    ///   - limit: How long it may take; nil for a driver in this process, which has no peer that may never answer.
    /// - Returns: The connection.
    /// - Throws: `LibvirtError`, also when the limit passed or the task was cancelled first.
    package static func open(_ uri: String, within limit: Duration? = nil) async throws(LibvirtError)
        -> Connection
    {
        guard let limit else {
            return try await BlockingCall.run { () throws(LibvirtError) in try openBlocking(uri) }
        }
        // libvirt has no limit of its own for a peer that accepts and says nothing; the thread is left behind then.
        let answer = await BlockingCall.race(within: limit) { () throws(LibvirtError) in
            try openBlocking(uri)
        }
        guard let answer else {
            throw LibvirtError(
                operation: "open \(uri)", code: 0, domain: 0, message: "no answer within \(limit)")
        }
        return try answer.get()
    }

    /// `open` for threads that may block.
    package static func openBlocking(_ uri: String) throws(LibvirtError) -> Connection {
        EventLoop.start
        guard let pointer = unsafe virConnectOpen(uri) else { throw .last("open \(uri)") }
        let connection = unsafe Connection(uri: uri, pointer: pointer)
        // A peer that vanished is noticed after 15 s; drivers without a wire refuse, which does no harm.
        unsafe _ = virConnectSetKeepAlive(pointer, 5, 3)
        connection.registerEvents()
        connection.registerClose()
        return connection
    }

    /// The version of the hypervisor as major * 1,000,000 + minor * 1,000 + release (`virConnectGetVersion`).
    package func hypervisorVersion() async throws(LibvirtError) -> UInt {
        try await BlockingCall.run { [self] () throws(LibvirtError) in
            var version: UInt = 0
            // Safety: libvirt writes one unsigned long.
            guard unsafe virConnectGetVersion(pointer, &version) == 0 else {
                throw .last("ask \(uri) for its version")
            }
            return version
        }
    }

    /// What the hypervisor's host has for guests (`virNodeGetInfo`).
    package func hostCapacity() async throws(LibvirtError) -> HostCapacity {
        try await BlockingCall.run { [self] () throws(LibvirtError) in
            var information = virNodeInfo()
            // Safety: libvirt fills the struct.
            guard unsafe virNodeGetInfo(pointer, &information) == 0 else {
                throw .last("ask \(uri) for its processors and memory")
            }
            return HostCapacity(
                processors: Int(information.cpus), memory: Int(information.memory >> 10))
        }
    }

    /// All running domains (`virConnectListAllDomains`); blocks.
    package func activeDomains() throws(LibvirtError) -> [Domain] {
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = unsafe virConnectListAllDomains(
            pointer, &list, VIR_CONNECT_LIST_DOMAINS_ACTIVE.rawValue)
        guard count >= 0, let entries = unsafe list else { throw .last("list the domains of \(uri)") }
        // Safety: libvirt returns `count` references, which we own, in memory that is ours to free.
        defer { unsafe free(entries) }
        return (0..<Int(count)).compactMap { index in
            unsafe entries[index].map { unsafe Domain(pointer: $0, connection: self) }
        }
    }

    /// Calls a closure, on the event thread, for each life cycle event of one domain and for the end of the connection; nil
    /// stops that.
    package func watch(domain name: String, _ handler: (@Sendable (DomainEvent) -> Void)?) {
        watchers.withLock { $0[name] = handler }
    }

    /// Told by libvirt when the wire is gone (`virConnectCloseFunc`); streams of libvirt say nothing then.
    private static let closed: virConnectCloseFunc = { _, _, opaque in
        guard let opaque = unsafe opaque else { return }
        let box = unsafe Unmanaged<WeakConnection>.fromOpaque(opaque).takeUnretainedValue()
        for handler in box.connection?.watchers.withLock({ Array($0.values) }) ?? [] {
            handler(.disconnected)
        }
    }

    private static let release: virFreeCallback = { opaque in
        guard let opaque = unsafe opaque else { return }
        unsafe Unmanaged<WeakConnection>.fromOpaque(opaque).release()
    }

    /// Asks to be told of a lost wire; a driver in this process has none and refuses.
    private func registerClose() {
        let target = unsafe Unmanaged.passRetained(WeakConnection(self))
        // Safety: the retained box is released by libvirt through the last argument, or here when registering fails.
        let result = unsafe virConnectRegisterCloseCallback(
            pointer, Self.closed, target.toOpaque(), Self.release)
        if result < 0 { unsafe target.release() }
    }

    private func registerEvents() {
        let target = unsafe Unmanaged.passRetained(WeakConnection(self))
        // Safety: the retained box is released by libvirt through the last argument, or here when registering fails.
        let callback = unsafe kcovlab_watch_lifecycle(
            pointer,
            { _, domain, event, detail, opaque in
                guard let opaque = unsafe opaque, let name = unsafe virDomainGetName(domain) else { return 0 }
                let box = unsafe Unmanaged<WeakConnection>.fromOpaque(opaque).takeUnretainedValue()
                guard let connection = box.connection else { return 0 }
                let key = unsafe String(cString: name)
                let handler = connection.watchers.withLock { $0[key] }
                handler?(DomainEvent(event: UInt32(event), detail: UInt32(detail)))
                return 0
            },
            target.toOpaque(), Self.release)
        if callback < 0 { unsafe target.release() }
        eventCallback.store(callback, ordering: .relaxed)
    }
}

/// A reference from a callback that must not keep its connection alive.
private final class WeakConnection: @unchecked Sendable {
    private weak let target: Connection?

    init(_ connection: Connection) {
        target = connection
    }

    var connection: Connection? { target }
}
