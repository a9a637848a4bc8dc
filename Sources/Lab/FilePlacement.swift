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
        case pool(StoragePool, directory: String)
    }

    private let place: Place
    private let run: RunIdentity

    /// The name of the pool on any host.
    package static let poolName = "kcovlab"

    /// Decides for a connection, and makes the directory or the pool.
    package static func make(
        on connection: Connection, run: RunIdentity
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
        let directory = poolDirectory(for: connection.uri)
        do {
            let pool = try await BlockingCall.run { () throws(LibvirtError) in
                try StoragePool.open(name: poolName, directory: directory, on: connection)
            }
            return Self(place: .pool(pool, directory: directory), run: run)
        } catch {
            throw HostError(error)
        }
    }

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
    /// runs from removing it.
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
        case .pool(let pool, _):
            return try await BlockingCall.run { [run] in
                let data = try contents(file)
                let volume = "\(kind)-\(ContentDigest(data))"
                do {
                    _ = try pool.upload(Data([0x0a]), as: "lease-\(run.id)-\(volume)")
                    // A volume that is still being filled has another name; it appears complete or not at all.
                    if let path = pool.path(of: volume) { return path }
                    return try pool.upload(data, as: volume)
                } catch let error as LibvirtError {
                    if let path = pool.path(of: volume) { return path }
                    throw HostError(error)
                }
            }
        }
    }

    /// The path on the hypervisor's host where the state of a guest is saved.
    package func statePath(guest: Int) -> String {
        switch place {
        case .local(let directory): directory.appending(path: "guest-\(guest).state").path
        case .pool(_, let directory): "\(directory)/state-\(run.id)-\(guest)"
        }
    }

    /// Removes the saved state of a guest, if there is one.
    package func removeState(guest: Int) async {
        switch place {
        case .local:
            try? FileManager.default.removeItem(atPath: statePath(guest: guest))
        case .pool(let pool, _):
            await BlockingCall.run { [run] in
                _ = try? pool.volumes()
                pool.remove("state-\(run.id)-\(guest)")
            }
        }
    }

    /// Removes everything of this run that is still there.
    package func end() async {
        switch place {
        case .local(let directory):
            try? FileManager.default.removeItem(at: directory)
        case .pool(let pool, _):
            await BlockingCall.run { [run] in Self.clean(pool, after: run.id) }
        }
    }

    /// Removes what a run left in a pool, and contents that no run has a lease on besides the newest run's; blocks.
    static func clean(_ pool: StoragePool, after run: String) {
        guard let names = try? pool.volumes() else { return }
        let plan = removals(among: names, after: run)
        for name in plan { pool.remove(name) }
    }

    /// What the names of volumes with contents begin with (`provide`).
    private static let contents = ["kernel-", "initramfs-", "probe-"]

    /// Which volumes go when a run ends: its states and leases, and contents without a lease that this run did not
    /// use, so that the next run like this one finds its own.
    static func removals(among names: [String], after run: String) -> [String] {
        let own = names.filter { $0.hasPrefix("lease-\(run)-") || $0.hasPrefix("state-\(run)-") }
        // Whoever cleans up second (the run or its supervisor) finds nothing of the run, and leaves its contents.
        guard !own.isEmpty else { return [] }
        let leased = Set(
            names.filter { $0.hasPrefix("lease-") }.map { $0.split(separator: "-", maxSplits: 2).last ?? "" })
        let unused = names.filter { name in
            contents.contains { name.hasPrefix($0) } && !leased.contains(name[...])
        }
        return own + unused
    }
}
