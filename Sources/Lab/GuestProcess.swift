// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Glibc

/// The QEMU of one guest, a process of this machine that detached itself from whoever started it.
///
/// libvirt looks five times a second whether a QEMU it ends has disappeared, which an exited process only does when its
/// parent takes its status. The first process of a machine or container can be slow at that, so this process adopts
/// the QEMUs of its guests (`chost_adopt_orphans`) and takes their status at once.
final class GuestProcess: Sendable {
    private let pidfd: Int32

    /// Finds the QEMU that runs a guest of this name; nil when there is none.
    init?(guest name: String) {
        var found: (process: Int32, pidfd: Int32)?
        GuestProcesses.forEach(marks: ["guest=\(name),"]) { process, pidfd in
            if let previous = found { close(previous.pidfd) }
            found = (process, pidfd)
        }
        guard let found else { return nil }
        pidfd = found.pidfd
        let process = found.process
        Thread.detachNewThread {
            var status: Int32 = 0
            // Safety: the kernel writes one integer.
            while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        }
    }

    deinit { close(pidfd) }

    func kill() { _ = chost_pidfd_kill(pidfd) }
}
