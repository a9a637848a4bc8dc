// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The machine that runs are started from, as it is now, so that its processes are never mistaken for those of another.
package struct Controller: Hashable, Sendable {
    /// What stays the same when it restarts: 32 hexadecimal digits.
    package let machine: String
    /// What changes when it restarts: 32 hexadecimal digits.
    package let boot: String

    package init(machine: String, boot: String) {
        self.machine = machine
        self.boot = boot
    }

    /// This machine, or this container: numbers of processes mean something only within one process namespace.
    package static let current: Self = {
        func text(_ path: String) -> String {
            ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let boot = text("/proc/sys/kernel/random/boot_id")
        let id = text("/etc/machine-id")
        let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        // Copies of one disk may share the id, so the name counts, too. Without an id nothing outlives a restart.
        let parts = [id.isEmpty ? boot : id, ProcessInfo.processInfo.hostName, namespace ?? ""]
        return Self(
            machine: ContentDigest(Data(parts.joined(separator: "\n").utf8)).description,
            boot: ContentDigest(Data(boot.utf8)).description)
    }()
}
