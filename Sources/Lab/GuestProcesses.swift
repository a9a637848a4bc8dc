// SPDX-License-Identifier: Apache-2.0

import CHost
package import Foundation
import Glibc

/// The QEMU processes of this machine that run guests of ours.
package enum GuestProcesses {
    /// Kills every QEMU whose command line has one of the marks.
    ///
    /// - Returns: Whether there was any.
    @discardableResult
    package static func kill(marks: [String]) -> Bool {
        var found = false
        forEach(marks: marks) { pidfd in
            found = true
            _ = chost_pidfd_kill(pidfd)
            close(pidfd)
        }
        return found
    }

    /// Calls a closure for every QEMU whose command line has one of the marks; it owns the pidfd.
    package static func forEach(marks: [String], _ body: (_ pidfd: Int32) -> Void) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let number = Int32(entry), number != getpid() else { continue }
            let pidfd = chost_pidfd_open(number)
            guard pidfd >= 0 else { continue }
            // Read after the pidfd exists: if the number was given out again meanwhile, the pidfd has the new owner.
            guard let data = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline"),
                isGuest(commandLine: data, marks: marks)
            else {
                close(pidfd)
                continue
            }
            body(pidfd)
        }
    }

    /// Whether a command line, arguments ended by zero bytes, is a QEMU with one of the marks.
    package static func isGuest(commandLine: Data, marks: [String]) -> Bool {
        // Paths may hold any bytes; a QEMU that is ours must be known all the same.
        let text = String(decoding: commandLine, as: UTF8.self)
        guard let program = text.split(separator: "\0").first,
            program.split(separator: "/").last?.hasPrefix("qemu-system-") == true
        else { return false }
        return marks.contains { text.contains($0) }
    }
}
