// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Libvirt

/// Where the files of guests lie for one connection.
///
/// The embedded driver is this process: it sees our files. Any other driver may run as another user, on another machine
/// or among other mounts, so its files are volumes of a pool that libvirt keeps for us, filled through libvirt itself.
package struct FilePlacement: Sendable {
    private enum Place {
        /// A directory of this run.
        case local(URL)
        case pool(RemoteRemains)
    }

    private let place: Place
    private let run: RunIdentity

    /// The name of the pool on any host.
    package static let poolName = "kcovlab"

    /// Decides for a connection, and makes the directory, or the pool with the mark of the run.
    ///
    /// - Parameters:
    ///   - connection: Where guests run.
    ///   - run: Whose files are placed.
    ///   - supervisor: The process that lives as long as the run.
    /// - Returns: The place.
    /// - Throws: `HostError`.
    package static func make(
        on connection: Connection, run: RunIdentity, supervisor: ProcessIdentity
    ) async throws(HostError) -> FilePlacement {
        if isEmbedded(connection.uri) {
            do {
                try FileManager.default.createDirectory(
                    at: run.directory, withIntermediateDirectories: true)
            } catch {
                throw HostError(
                    tried: "make \(run.directory.path)", seen: error.localizedDescription,
                    advice: "KCOVLAB_CACHE chooses another place.")
            }
            return Self(place: .local(run.directory), run: run)
        }
        let mark = RunMark(run: run.id, controller: .current, supervisor: supervisor)
        do {
            let remains = try await BlockingCall.run { () throws(LibvirtError) in
                let remains = try RemoteRemains.open(on: connection)
                _ = try remains.pool.upload(note, as: mark.volume)
                return remains
            }
            return Self(place: .pool(remains), run: run)
        } catch {
            throw HostError(error)
        }
    }

    /// Removes from another host what earlier runs could not take with them; what stays is left for the next run.
    ///
    /// - Returns: What to tell the reader; nil when there was nothing.
    package func sweep() async -> String? {
        guard case .pool(let remains) = place else { return nil }
        let uri = remains.connection.uri
        do {
            let runs = try await BlockingCall.run { () throws(LibvirtError) in try remains.sweep() }
            if runs.isEmpty { return nil }
            return "removed from \(uri) what was left there of \(runs.joined(separator: ", "))"
        } catch {
            return "what earlier runs left on \(uri) could not be removed: \(error)"
        }
    }

    /// What volumes hold that are there for their name.
    private static let note = Data([0x0a])

    /// The volume whose presence says that another one was filled to its end.
    static func seal(of volume: String) -> String { "whole-\(volume)" }

    /// Whether a URI means libvirt's QEMU driver inside this process.
    package static func isEmbedded(_ uri: String) -> Bool {
        uri.hasPrefix("qemu:///embed")
    }

    /// The pool's directory on the host of a URI; a session's user cannot write below /var/lib.
    package static func poolDirectory(for uri: String) -> String {
        guard let parts = URLComponents(string: uri), parts.path == "/session" else {
            return "/var/lib/libvirt/kcovlab"
        }
        return "/var/tmp/kcovlab-\(parts.user ?? NSUserName())"
    }

    /// Makes a file available to guests.
    ///
    /// A volume is named after a digest of its contents and filled only when it is not there yet; a lease keeps other
    /// runs from removing it. One that is there without its seal is being filled, or was when its run was killed.
    ///
    /// - Parameters:
    ///   - file: Where it lies here.
    ///   - kind: What it is, for the volume's name.
    ///   - contents: Called only when the file must be copied.
    /// - Returns: Its path on the hypervisor's host.
    /// - Throws: `HostError`.
    package func provide(
        _ file: URL, kind: String,
        contents: @escaping @Sendable (URL) throws -> Data = { try Data(contentsOf: $0) }
    ) async throws -> String {
        switch place {
        case .local:
            return file.path
        case .pool(let remains):
            return try await BlockingCall.run { [run] in
                let data = try contents(file)
                let volume = "\(kind)-\(ContentDigest(data))"
                do {
                    // When the shared one cannot be used yet, the run gets one of its own.
                    for name in [volume, "\(volume)-\(run.id)"] {
                        if let path = try Self.fill(name, with: data, in: remains.pool, for: run.id) {
                            return path
                        }
                    }
                } catch let error as LibvirtError {
                    throw HostError(error)
                }
                throw HostError(tried: "fill volume \(volume)-\(run.id)", seen: "another one has its name")
            }
        }
    }

    /// Leases a volume and fills it if need be; blocks.
    ///
    /// - Returns: Its path on the hypervisor's host; nil when it is there and not known to be complete.
    private static func fill(
        _ volume: String, with data: Data, in pool: StoragePool, for run: String
    ) throws(LibvirtError) -> String? {
        _ = try pool.upload(note, as: "lease-\(run)-\(volume)")
        if pool.path(of: seal(of: volume)) != nil, let path = pool.path(of: volume) { return path }
        do {
            let path = try pool.upload(data, as: volume)
            _ = try pool.upload(note, as: seal(of: volume))
            return path
        } catch {
            if pool.path(of: volume) != nil { return nil }
            throw error
        }
    }

    /// The path on the hypervisor's host where the state of a guest is saved.
    package func statePath(guest: Int) -> String {
        switch place {
        case .local(let directory): directory.appending(path: "guest-\(guest).state").path
        case .pool(let remains):
            "\(Self.poolDirectory(for: remains.connection.uri))/state-\(run.id)-\(guest)"
        }
    }

    /// Removes the saved state of a guest, if there is one.
    package func removeState(guest: Int) async {
        switch place {
        case .local:
            try? FileManager.default.removeItem(atPath: statePath(guest: guest))
        case .pool(let remains):
            await BlockingCall.run { [run] in
                _ = try? remains.pool.volumes()
                remains.pool.remove("state-\(run.id)-\(guest)")
            }
        }
    }

    /// Removes everything of this run that is still there.
    package func end() async {
        switch place {
        case .local(let directory):
            try? FileManager.default.removeItem(at: directory)
        case .pool(let remains):
            await BlockingCall.run { [run] in try? remains.remove(run: run.id) }
        }
    }
}
