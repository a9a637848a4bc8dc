// SPDX-License-Identifier: Apache-2.0

import CLibvirt
package import Foundation

/// A directory on the hypervisor's host that libvirt can fill for us.
@safe package final class StoragePool: Sendable {
    package let name: String
    private let connection: Connection
    nonisolated(unsafe) private let pointer: OpaquePointer

    private init(name: String, connection: Connection, pointer: OpaquePointer) {
        self.name = name
        self.connection = connection
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe _ = virStoragePoolFree(pointer)
    }

    /// Finds a running pool by name, or makes a transient one with its directory; blocks.
    package static func open(
        name: String, directory: String, on connection: Connection
    ) throws(LibvirtError) -> StoragePool {
        if let pool = find(name, on: connection) { return pool }
        let xml = """
            <pool type='dir'><name>\(name)</name><target><path>\(directory)</path>\
            <permissions><mode>0711</mode></permissions></target></pool>
            """
        let flags = VIR_STORAGE_POOL_CREATE_WITH_BUILD.rawValue
        if let pointer = unsafe virStoragePoolCreateXML(connection.pointer, xml, flags) {
            return unsafe StoragePool(name: name, connection: connection, pointer: pointer)
        }
        let error = LibvirtError.last("make storage pool \(name) in \(directory) on \(connection.uri)")
        // Another run may have made it meanwhile.
        guard let pool = find(name, on: connection) else { throw error }
        return pool
    }

    private static func find(_ name: String, on connection: Connection) -> StoragePool? {
        guard let pointer = unsafe virStoragePoolLookupByName(connection.pointer, name) else { return nil }
        let pool = unsafe StoragePool(name: name, connection: connection, pointer: pointer)
        if unsafe virStoragePoolIsActive(pointer) != 1, unsafe virStoragePoolCreate(pointer, 0) != 0 {
            return nil
        }
        unsafe _ = virStoragePoolRefresh(pointer, 0)
        return pool
    }

    /// The path of a volume on the hypervisor's host, nil when there is none of that name; blocks.
    package func path(of volume: String) -> String? {
        guard let pointer = unsafe virStorageVolLookupByName(pointer, volume) else { return nil }
        defer { unsafe _ = virStorageVolFree(pointer) }
        guard let text = unsafe virStorageVolGetPath(pointer) else { return nil }
        // Safety: the text is ours to free; it is copied.
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// The names of all volumes after looking at the directory again; blocks.
    package func volumes() throws(LibvirtError) -> [String] {
        unsafe _ = virStoragePoolRefresh(pointer, 0)
        var list: UnsafeMutablePointer<virStorageVolPtr?>?
        let count = unsafe virStoragePoolListAllVolumes(pointer, &list, 0)
        guard count >= 0, let entries = unsafe list else { throw .last("list storage pool \(name)") }
        // Safety: libvirt returns `count` references, which we own, in memory that is ours to free.
        defer { unsafe free(entries) }
        return (0..<Int(count)).compactMap { index in
            guard let volume = unsafe entries[index] else { return nil }
            defer { unsafe _ = virStorageVolFree(volume) }
            return unsafe virStorageVolGetName(volume).map { unsafe String(cString: $0) }
        }
    }

    /// Creates a volume and fills it (`virStorageVolUpload`); blocks.
    ///
    /// - Returns: Its path on the hypervisor's host. A volume that could not be filled is removed.
    package func upload(_ contents: Data, as volume: String) throws(LibvirtError) -> String {
        let operation = "upload \(volume) to storage pool \(name)"
        let xml = """
            <volume><name>\(volume)</name><capacity unit='bytes'>\(contents.count)</capacity>\
            <target><format type='raw'/><permissions><mode>0644</mode></permissions></target></volume>
            """
        guard let target = unsafe virStorageVolCreateXML(pointer, xml, 0) else { throw .last(operation) }
        defer { unsafe _ = virStorageVolFree(target) }
        do {
            try unsafe fill(target, with: contents, operation)
        } catch {
            unsafe _ = virStorageVolDelete(target, 0)
            throw error
        }
        guard let path = path(of: volume) else { throw .last(operation) }
        return path
    }

    private func fill(
        _ target: OpaquePointer, with contents: Data, _ operation: String
    ) throws(LibvirtError) {
        guard let stream = unsafe virStreamNew(connection.pointer, 0) else { throw .last(operation) }
        defer { unsafe _ = virStreamFree(stream) }
        guard unsafe virStorageVolUpload(target, stream, 0, UInt64(contents.count), 0) == 0 else {
            throw .last(operation)
        }
        var offset = 0
        while offset < contents.count {
            let piece = contents.dropFirst(offset).prefix(1 << 18)
            // Safety: libvirt reads at most the given number of bytes.
            let count = unsafe piece.withUnsafeBytes { bytes in
                unsafe virStreamSend(
                    stream, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
            }
            guard count >= 0 else {
                let error = LibvirtError.last(operation)
                unsafe _ = virStreamAbort(stream)
                throw error
            }
            offset += Int(count)
        }
        guard unsafe virStreamFinish(stream) == 0 else { throw .last(operation) }
    }

    /// Removes a volume if it exists; blocks.
    package func remove(_ volume: String) {
        guard let target = unsafe virStorageVolLookupByName(pointer, volume) else { return }
        unsafe _ = virStorageVolDelete(target, 0)
        unsafe _ = virStorageVolFree(target)
    }
}
