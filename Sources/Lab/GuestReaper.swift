// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Glibc
import Synchronization

/// Takes the exit status of every QEMU that libvirt's embedded driver started from this process.
///
/// Such a QEMU detaches itself, so its status goes to the first process of the machine or container, which may be slow to
/// take it. libvirt looks five times a second whether a QEMU it ends has disappeared, and waits up to 40 seconds. So this
/// process adopts its orphans and buries the QEMUs among them, and what bubblewrap and libvirt leave behind: a dead child
/// that nobody buries keeps those waiting who wait for any child. Other children belong to whoever started them.
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
                stat.contains(") Z "), isOrphan(stat, process)
            else { continue }
            waitpid(process, nil, WNOHANG)
        }
    }

    /// Whether a process of this kind always comes to us as an orphan.
    ///
    /// A bubblewrap that leads a session is the inner one, whose parent, the one we started, ends before it.
    private static func isOrphan(_ stat: String, _ process: Int32) -> Bool {
        if stat.contains("(qemu-system-") || stat.contains("(libvirt_iohelpe") { return true }
        guard stat.contains("(bwrap)"), let name = stat.lastIndex(of: ")") else { return false }
        // proc(5): behind the name come state, parent, process group, session.
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        return fields.count > 3 && Int32(fields[3]) == process
    }
}
