// SPDX-License-Identifier: Apache-2.0

import CHost
package import Foundation
import Glibc
import KcovModel
package import Libvirt

/// Lets as many guests run at once as their machine has cores and memory for, across processes.
///
/// A place is a lock on a numbered file, so it is free again when its holder dies. The file says how much memory its
/// holder claims. Waiting is for the kernel's word that one of the files was closed (inotify), not for time.
package struct Admission: Sendable {
    /// One file per place, and the gate.
    let directory: URL
    /// How many places there are.
    let places: Int
    /// MiB that all guests together may claim.
    let memory: Int

    package init(directory: URL, places: Int, memory: Int) {
        self.directory = directory
        self.places = max(1, places)
        self.memory = memory
    }

    /// The limits of the machine that guests run on: one guest per core, and all its memory but 1 GiB or an eighth.
    ///
    /// - Parameters:
    ///   - connection: Leads to the machine, and is asked what it has when that is another one.
    ///   - runtime: Where the places of all machines are.
    /// - Returns: The admission that every run of this machine to that one shares.
    /// - Throws: `HostError`.
    package static func of(_ connection: Connection, runtime: URL) async throws(HostError) -> Admission {
        guard Hypervisor.host(of: connection.uri) != nil else {
            let capacity = HostCapacity(
                processors: ProcessInfo.processInfo.activeProcessorCount,
                memory: Int(ProcessInfo.processInfo.physicalMemory >> 20))
            return Admission(host: nil, capacity: capacity, runtime: runtime)
        }
        do {
            return Admission(
                host: connection.uri, capacity: try await connection.hostCapacity(), runtime: runtime)
        } catch {
            throw HostError(error)
        }
    }

    /// The limits of a machine by what it has; nil stands for this one.
    init(host uri: String?, capacity: HostCapacity, runtime: URL) {
        let name = uri.map { "admission-\(ContentDigest(Data($0.utf8)))" } ?? "admission"
        self.init(
            directory: runtime.appending(path: name), places: capacity.processors,
            memory: capacity.memory - max(1024, capacity.memory / 8))
    }

    /// A guest's right to run; ends with the last reference.
    package final class Ticket: Sendable {
        private let locks: [SlotLock]
        /// Seconds between asking and getting.
        package let waited: Double

        fileprivate init(locks: [SlotLock], waited: Double) {
            self.locks = locks
            self.waited = waited
        }
    }

    /// What QEMU needs besides the guest's memory, in MiB: translated code, devices, its own heap.
    static let overhead = 192

    /// How many places a guest takes: guests rarely use a second processor for long.
    static func cost(processors: Int) -> Int { max(1, processors / 2) }

    /// How many guests of this size can run at once, at least one.
    func capacity(processors: Int, memory: Int) -> Int {
        max(
            1,
            min(
                places / min(places, Self.cost(processors: processors)),
                self.memory / (memory + Self.overhead)))
    }

    /// Waits until a guest of this size fits.
    ///
    /// - Parameters:
    ///   - processors: Of the guest.
    ///   - memory: Of the guest, in MiB.
    ///   - onWait: Called once when there is no room at first.
    /// - Returns: The right to run, which ends with its last reference.
    /// - Throws: `HostError` when it can never fit, `CancellationError`.
    package func admit(
        processors: Int, memory: Int, onWait: @escaping @Sendable () -> Void = {}
    ) async throws -> Ticket {
        let claim = memory + Self.overhead
        guard claim <= self.memory else {
            throw HostError(
                tried: "run a guest of \(memory) MiB",
                seen: "their machine has \(self.memory) MiB for guests, and \(claim) MiB would be needed",
                advice: "Give the recipe less with `memory`.")
        }
        let cost = min(places, Self.cost(processors: processors))
        let event = chost_event()
        guard event >= 0 else { throw Self.systemError("make an event", event) }
        defer { close(event) }
        return try await withTaskCancellationHandler {
            try await BlockingCall.run {
                try wait(cost: cost, claim: claim, cancelled: event, onWait: onWait)
            }
        } onCancel: {
            chost_set_event(event)
        }
    }

    private func wait(
        cost: Int, claim: Int, cancelled: Int32, onWait: () -> Void
    ) throws -> Ticket {
        let start = ContinuousClock.now
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw HostError(tried: "make \(directory.path)", seen: error.localizedDescription)
        }
        // Safety: the path is only read during the call.
        let watch = unsafe chost_watch_closes(directory.path)
        guard watch >= 0 else { throw Self.systemError("watch \(directory.path)", watch) }
        defer { close(watch) }
        var announced = false
        var limit: Int32 = 2000
        while true {
            if let locks = try attempt(cost: cost, claim: claim) {
                return Ticket(locks: locks, waited: (ContinuousClock.now - start) / .seconds(1))
            }
            if !announced { onWait() }
            announced = true
            // The kernel reports a close just before it drops the lock (__fput), so one look may come too early: the
            // next one follows soon without another report. The long limit only guards against a lost one.
            switch chost_wait(watch, cancelled, limit) {
            case 0: limit = 2000
            case 1: limit = 50
            case 2: throw CancellationError()
            case let error: throw Self.systemError("wait for a free place", error)
            }
        }
    }

    /// Beside the directory: closing it must not wake those who watch the places.
    private var gate: URL { directory.appendingPathExtension("gate") }

    /// Takes what is needed at once, or nothing.
    private func attempt(cost: Int, claim: Int) throws(HostError) -> [SlotLock]? {
        let gate = try SlotLock.acquireBriefly(gate)
        defer { withExtendedLifetime(gate) {} }
        var free: [URL] = []
        var claimed = 0
        for number in 0..<places {
            let file = directory.appending(path: "place-\(number)")
            if SlotLock.isHeld(file) {
                claimed += (try? String(contentsOf: file, encoding: .utf8)).flatMap { Int($0) } ?? 0
            } else {
                free.append(file)
            }
        }
        guard free.count >= cost, claimed + claim <= memory else { return nil }
        var taken: [SlotLock] = []
        for file in free.prefix(cost) {
            guard let lock = try SlotLock.attempt(file) else { return nil }
            taken.append(lock)
        }
        for (index, lock) in taken.enumerated() { lock.write(index == 0 ? String(claim) : "0") }
        return taken
    }

    private static func systemError(_ tried: String, _ result: Int32) -> HostError {
        HostError(tried: tried, seen: Errno(rawValue: -result).name)
    }
}
