// SPDX-License-Identifier: Apache-2.0

import Foundation
import Libvirt
import Synchronization

/// What runs leave on the host of a connection: guests, and volumes of one pool.
struct RemoteRemains: Sendable {
    let connection: Connection
    let pool: StoragePool

    /// Opens the pool, or makes it; blocks.
    static func open(on connection: Connection) throws(LibvirtError) -> Self {
        let pool = try StoragePool.open(
            name: FilePlacement.poolName, directory: FilePlacement.poolDirectory(for: connection.uri),
            on: connection)
        return Self(connection: connection, pool: pool)
    }

    /// Removes what runs of this machine left that are over: their host was away when they ended.
    ///
    /// Blocks.
    ///
    /// - Returns: The ids of those runs.
    /// - Throws: `LibvirtError`; what is left is found again by the next run.
    func sweep(for controller: Controller = .current) throws(LibvirtError) -> [String] {
        let over = try pool.volumes().compactMap(RunMark.init(volume:)).filter { $0.isOver(on: controller) }
        for mark in over { try remove(run: mark.run) }
        return over.map(\.run)
    }

    /// Ends the guests of a run and removes its volumes; blocks.
    ///
    /// - Throws: `LibvirtError` when a guest does not end; the mark of the run stays then.
    func remove(run: String) throws(LibvirtError) {
        let prefix = RunIdentity.domainPrefix(of: run)
        let domains = try connection.activeDomains().filter { $0.name.hasPrefix(prefix) }
        let failures = Failures()
        // Each takes more than a second.
        DispatchQueue.concurrentPerform(iterations: domains.count) { index in
            do throws(LibvirtError) { try domains[index].destroyBlocking() } catch { failures.add(error) }
        }
        if let failure = failures.first { throw failure }
        for name in Self.removals(among: try pool.volumes(), after: run) { pool.remove(name) }
    }

    /// What the names of volumes with contents begin with (`FilePlacement.provide`).
    private static let contents = ["kernel-", "initramfs-", "probe-"]

    /// Which volumes go when a run ends: its states and leases, and contents without a lease that this run did not
    /// use, so that the next run like this one finds its own.
    ///
    /// A volume goes after the one that says that it is complete, and the mark of the run last: whoever is interrupted
    /// leaves nothing that looks whole.
    static func removals(among names: [String], after run: String) -> [String] {
        let own = names.filter { $0.hasPrefix("lease-\(run)-") || $0.hasPrefix("state-\(run)-") }
        let marks = names.filter { RunMark(volume: $0)?.run == run }
        // Whoever cleans up second (the run or its supervisor) finds nothing of the run, and leaves its contents.
        guard !own.isEmpty || !marks.isEmpty else { return [] }
        let leased = Set(
            names.filter { $0.hasPrefix("lease-") }.map { $0.split(separator: "-", maxSplits: 2).last ?? "" })
        let unused = names.filter { name in
            contents.contains { name.hasPrefix($0) } && !leased.contains(name[...])
        }
        let seals = names.filter { name in unused.contains { name == FilePlacement.seal(of: $0) } }
        return own + seals + unused + marks
    }

    /// Collects errors of calls that run at once.
    private final class Failures: Sendable {
        private let errors = Mutex<[LibvirtError]>([])

        var first: LibvirtError? { errors.withLock(\.first) }

        func add(_ error: LibvirtError) { errors.withLock { $0.append(error) } }
    }
}
