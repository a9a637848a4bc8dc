// SPDX-License-Identifier: Apache-2.0

import CHost
import Foundation
import Glibc

/// Takes the exit status of processes that this process did not start and that became its children.
///
/// A QEMU of libvirt's embedded driver detaches itself, so its status goes to the first process of the machine or
/// container, which may be slow to take it. libvirt looks five times a second whether a QEMU it ends has disappeared,
/// and waits up to 40 seconds. So this process adopts its orphans (PR_SET_CHILD_SUBREAPER) and buries them: a dead child
/// that nobody buries keeps those waiting, and busy, who wait for any child, as exit tests of Swift Testing do.
///
/// Children in another session are buried at once: nobody here starts one there and waits for its status. Those in our
/// own session belong to whoever started them, and are orphans only when nobody took their status for a long time.
package enum OrphanReaper {
    /// Milliseconds between two looks.
    private static let interval: Int32 = 20
    /// For how long whoever started a child in our session may take to ask for its status.
    private static let patience = Duration.seconds(10)

    /// Starts once for the life of the process.
    package static let start: Void = {
        chost_adopt_orphans()
        Thread.detachNewThread {
            let never = chost_event()
            var dead: [Int32: ContinuousClock.Instant] = [:]
            while true {
                _ = chost_wait(never, never, interval)
                bury(&dead)
            }
        }
    }()

    /// Buries the orphans among the dead children.
    ///
    /// - Parameter dead: Since when the others are known to be dead.
    private static func bury(_ dead: inout [Int32: ContinuousClock.Instant]) {
        // Orphans become children of the main thread, whose number is that of the process.
        let path = "/proc/self/task/\(getpid())/children"
        guard let list = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        let session = getsid(0)
        var waiting: [Int32: ContinuousClock.Instant] = [:]
        for process in list.split(separator: " ").compactMap({ Int32($0) }) {
            guard let home = ProcessIdentity.sessionOfZombie(process) else { continue }
            let since = dead[process] ?? .now
            if home != session || ContinuousClock.now - since > patience {
                waitpid(process, nil, WNOHANG)
            } else {
                waiting[process] = since
            }
        }
        dead = waiting
    }
}
