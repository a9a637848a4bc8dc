// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc
package import Installation
import Libvirt
import Synchronization

/// The directory in which libvirt's QEMU driver works inside this process.
///
/// One process uses one root for life: libvirt ignores a second one, and refuses a root another process uses. The roots
/// are numbered and used again, because libvirt probes QEMU anew in each fresh one (seconds), and short, because
/// socket paths have 108 bytes.
package struct EmbedRoot: Hashable, Sendable {
    /// The longest path that leaves room for what libvirt appends to it.
    static let pathLimit = 48
    private static let slots = 64

    package let directory: URL
    /// Held by the process that uses the root.
    let ownerLock: URL
    /// Held shared by the supervisors of its runs: the root is free when they are done.
    let supervisorLock: URL

    package var uri: String { "qemu:///embed?root=\(directory.path)" }

    package init(directory: URL) {
        self.directory = directory
        ownerLock = directory.deletingLastPathComponent()
            .appending(path: "\(directory.lastPathComponent).owner")
        supervisorLock = directory.deletingLastPathComponent()
            .appending(path: "\(directory.lastPathComponent).supervisor")
    }

    private struct Holder {
        let root: EmbedRoot
        let lock: SlotLock
    }

    private static let holder: Mutex<Holder?> = Mutex(nil)

    /// The root of this process; the first call takes one.
    ///
    /// - Throws: `HostError` when the runtime directory cannot be used.
    package static func ofThisProcess(settings: Settings) throws(HostError) -> EmbedRoot {
        try holder.withLock { holder throws(HostError) in
            if let holder { return holder.root }
            let taken = try take(below: settings.runtime)
            try taken.root.prepare()
            holder = taken
            return taken.root
        }
    }

    private static func take(below runtime: URL) throws(HostError) -> Holder {
        for number in 0..<slots {
            let root = EmbedRoot(directory: runtime.appending(path: "e\(number)"))
            guard root.directory.path.utf8.count <= pathLimit else {
                throw HostError(
                    tried: "use \(root.directory.path) for libvirt",
                    seen: "the path is longer than \(pathLimit) bytes",
                    advice: "Set XDG_RUNTIME_DIR to a shorter directory.")
            }
            guard let lock = try SlotLock.attempt(root.ownerLock),
                // Given back at once: it only says that no supervisor still cleans up here.
                try SlotLock.attempt(root.supervisorLock) != nil
            else { continue }
            return Holder(root: root, lock: lock)
        }
        throw HostError(
            tried: "find a free root for libvirt below \(runtime.path)", seen: "all \(slots) are in use",
            advice: "Wait for other runs to end.")
    }

    /// Removes what an earlier process left and writes the driver's settings.
    private func prepare() throws(HostError) {
        do {
            let files = FileManager.default
            removeState()
            let settings = directory.appending(path: "etc/qemu.conf")
            try files.createDirectory(
                at: settings.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(Self.driverSettings(user: getuid(), group: getgid()).utf8)
                .write(to: settings, options: .atomic)
        } catch {
            throw HostError(
                tried: "prepare \(directory.path) for libvirt", seen: error.localizedDescription,
                advice: "It must be writable; XDG_RUNTIME_DIR chooses another place.")
        }
    }

    /// Removes everything but the probed capabilities of QEMU, which cost seconds to get again.
    package func removeState() {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: directory.path)) ?? []
        where name != "cache" && name != "etc" {
            try? files.removeItem(at: directory.appending(path: name))
        }
    }

    /// The text of qemu.conf: QEMU runs as we do, touches no owner or label, and logs to files without virtlogd.
    package static func driverSettings(user: UInt32, group: UInt32) -> String {
        """
        user = "+\(user)"
        group = "+\(group)"
        dynamic_ownership = 0
        remember_owner = 0
        security_driver = "none"
        stdio_handler = "file"
        cgroup_controllers = []

        """
    }
}
