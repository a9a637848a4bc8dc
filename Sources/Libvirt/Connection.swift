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
        unsafe _ = virConnectClose(pointer)
    }

    /// Opens a connection (`virConnectOpen`) and starts the event loop before the first one.
    package static func open(_ uri: String) async throws(LibvirtError) -> Connection {
        try await BlockingCall.run { () throws(LibvirtError) in try openBlocking(uri) }
    }

    /// `open` for threads that may block.
    package static func openBlocking(_ uri: String) throws(LibvirtError) -> Connection {
        EventLoop.start
        guard let pointer = unsafe virConnectOpen(uri) else { throw .last("open \(uri)") }
        let connection = unsafe Connection(uri: uri, pointer: pointer)
        // A peer that vanished is noticed after 15 s; drivers without a wire refuse, which does no harm.
        unsafe _ = virConnectSetKeepAlive(pointer, 5, 3)
        connection.registerEvents()
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

    /// The names of all running domains (`virConnectListAllDomains`); blocks.
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

    /// Calls a closure, on the event thread, for each life cycle event of one domain; nil stops that.
    package func watch(domain name: String, _ handler: (@Sendable (DomainEvent) -> Void)?) {
        watchers.withLock { $0[name] = handler }
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
            target.toOpaque(),
            { opaque in
                guard let opaque = unsafe opaque else { return }
                unsafe Unmanaged<WeakConnection>.fromOpaque(opaque).release()
            })
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
