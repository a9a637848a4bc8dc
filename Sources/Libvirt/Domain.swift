// SPDX-License-Identifier: Apache-2.0

import CLibvirt

/// A running domain; the reference does not keep the guest alive (`virDomainFree` only drops the handle).
@safe package final class Domain: Sendable {
    package let name: String
    package let connection: Connection
    /// libvirt locks a domain itself, so any thread may use it.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes over a reference.
    init(pointer: OpaquePointer, connection: Connection) {
        unsafe self.pointer = pointer
        self.connection = connection
        // Safety: the name lives as long as the reference; it is copied.
        name = unsafe virDomainGetName(pointer).map { unsafe String(cString: $0) } ?? ""
    }

    deinit {
        unsafe _ = virDomainFree(pointer)
    }

    /// Starts a transient domain whose processors do not run yet (`virDomainCreateXML`).
    package static func createPaused(
        xml: String, name: String, on connection: Connection
    ) async throws(LibvirtError) -> Domain {
        try await BlockingCall.run { () throws(LibvirtError) in
            let flags = VIR_DOMAIN_START_PAUSED.rawValue
            guard let pointer = unsafe virDomainCreateXML(connection.pointer, xml, flags) else {
                throw .last("start guest \(name) on \(connection.uri)")
            }
            return unsafe Domain(pointer: pointer, connection: connection)
        }
    }

    /// Lets the processors run (`virDomainResume`).
    package func resume() async throws(LibvirtError) {
        try await call("let guest \(name) run") { unsafe virDomainResume($0.pointer) }
    }

    /// Ends the guest at once (`virDomainDestroy`); takes 1.2 to 1.4 s with QEMU alive.
    package func destroy() async throws(LibvirtError) {
        try await BlockingCall.run { [self] () throws(LibvirtError) in try destroyBlocking() }
    }

    /// `destroy` for threads that may block; a guest that is already gone is no error.
    package func destroyBlocking() throws(LibvirtError) {
        if unsafe virDomainDestroy(pointer) == 0 { return }
        let error = LibvirtError.last("end guest \(name)")
        if !error.isGone { throw error }
    }

    /// Stops the guest and writes its state to a file on the hypervisor's host (`virDomainSaveFlags`).
    package func save(to path: String) async throws(LibvirtError) {
        try await call("save guest \(name) to \(path)") {
            unsafe virDomainSaveFlags($0.pointer, path, nil, VIR_DOMAIN_SAVE_PAUSED.rawValue)
        }
    }

    /// Recreates a saved guest, paused (`virDomainRestoreFlags`); its name is that of the saved one.
    package static func restorePaused(
        from path: String, name: String, on connection: Connection
    ) async throws(LibvirtError) -> Domain {
        try await BlockingCall.run { () throws(LibvirtError) in
            let flags = VIR_DOMAIN_SAVE_PAUSED.rawValue
            guard unsafe virDomainRestoreFlags(connection.pointer, path, nil, flags) == 0 else {
                throw .last("restore guest \(name) from \(path)")
            }
            guard let pointer = unsafe virDomainLookupByName(connection.pointer, name) else {
                throw .last("find restored guest \(name)")
            }
            return unsafe Domain(pointer: pointer, connection: connection)
        }
    }

    /// Whether the domain still exists and is not shut off (`virDomainIsActive`).
    package func isActive() async -> Bool {
        await BlockingCall.run { [self] in unsafe virDomainIsActive(pointer) == 1 }
    }

    private func call(
        _ operation: String, _ body: @escaping @Sendable (Domain) -> Int32
    ) async throws(LibvirtError) {
        try await BlockingCall.run { [self] () throws(LibvirtError) in
            guard body(self) == 0 else { throw .last(operation) }
        }
    }
}
