// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc

/// The QEMU of one guest, a process of this machine.
final class GuestProcess: Sendable {
    private let pidfd: Int32

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

    deinit { close(pidfd) }

    func kill() { _ = chost_pidfd_kill(pidfd) }
}
