// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Glibc
import Synchronization

/// Takes the exit status of every QEMU that libvirt's embedded driver started from this process.
///
/// Such a QEMU detaches itself, so its status goes to the first process of the machine or container, which may be slow to
/// take it. libvirt looks five times a second whether a QEMU it ends has disappeared, and waits up to 40 seconds. So this
/// process adopts its orphans and buries the QEMUs among them; other children belong to whoever started them.
enum GuestReaper {
    /// Milliseconds between two looks.
    private static let interval: Int32 = 20

    /// Starts once for the life of the process.
    static let start: Void = {
        chost_adopt_orphans()
        Thread.detachNewThread {
            let never = chost_event()
            while true {
                _ = chost_wait(never, never, interval)
                bury()
            }
        }
    }()

    private static func bury() {
        // Orphans become children of the main thread, whose number is that of the process.
        let path = "/proc/self/task/\(getpid())/children"
        guard let list = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        for process in list.split(separator: " ").compactMap({ Int32($0) }) {
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                stat.contains("(qemu-system-"), stat.contains(") Z ")
            else { continue }
            waitpid(process, nil, WNOHANG)
        }
    }
}
