// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Installation
package import Libvirt
import Synchronization

/// Opens connections; the embedded driver's is shared by everything in this process.
package enum Hypervisor {
    /// How long another host may take to answer.
    private static let patience = Duration.seconds(15)
    private static let embedded: Mutex<Task<Connection, any Error>?> = Mutex(nil)

    /// Opens a URI, the default one included.
    ///
    /// - Parameters:
    ///   - uri: `qemu:///embed`, or anything else libvirt understands.
    ///   - settings: Where the embedded driver's root lies.
    /// - Returns: The connection; that of the embedded driver is the same for everybody.
    /// - Throws: `HostError`.
    package static func connect(_ uri: String, settings: Settings) async throws(HostError) -> Connection {
        do {
            guard FilePlacement.isEmbedded(uri) else {
                return try await Connection.open(uri, within: patience)
            }
            let root = try EmbedRoot.ofThisProcess(settings: settings)
            let task = embedded.withLock { task in
                if let task { return task }
                OrphanReaper.start
                let new = Task<Connection, any Error> { try await Connection.open(root.uri) }
                task = new
                return new
            }
            return try await task.value
        } catch let error as LibvirtError {
            throw HostError(error)
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError(tried: "open libvirt at \(uri)", seen: "\(error)")
        }
    }

    /// The machine that a URI leads to; nil for this one.
    static func host(of uri: String) -> String? {
        URLComponents(string: uri)?.host.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The version of the QEMU that would run guests, as major * 1,000,000 + minor * 1,000 + release.
    ///
    /// The embedded driver starts QEMU to learn it, so a supervisor watches already.
    ///
    /// - Throws: `HostError` where there is no QEMU.
    package static func version(on connection: Connection) async throws(HostError) -> UInt {
        do { return try await connection.hypervisorVersion() } catch { throw HostError(error) }
    }
}
