// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc

/// A hold on one process of this machine, whatever happens to its number (`pidfd_open(2)`).
final class ProcessHandle: Sendable {
    private let pidfd: Int32

    /// A process by its number; nil when there is none.
    init?(process: Int32) {
        pidfd = chost_pidfd_open(process)
        guard pidfd >= 0 else { return nil }
    }

    /// Finds the QEMU that runs a guest of this name; nil when there is none.
    init?(guest name: String) {
        var found: Int32?
        GuestProcesses.forEach(marks: ["guest=\(name),"]) { pidfd in
            if let previous = found { close(previous) }
            found = pidfd
        }
        guard let found else { return nil }
        pidfd = found
    }

    deinit { if pidfd >= 0 { close(pidfd) } }

    func kill() { _ = chost_pidfd_kill(pidfd) }

    /// Blocks until the process has ended; whether its status was taken does not matter.
    func waitForEnd() { _ = chost_wait(pidfd, pidfd, -1) }
}
