// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One process for its whole life: a number alone is given out again.
///
/// What is known about it comes from /proc/PID/stat (`do_task_stat` of fs/proc/array.c).
package struct ProcessIdentity: Hashable, Sendable {
    package let process: Int32
    /// When it started, in clock ticks after boot (field 22 of /proc/PID/stat).
    package let started: UInt64

    package init(process: Int32, started: UInt64) {
        self.process = process
        self.started = started
    }

    /// Looks a running process up; nil when there is none of that number.
    package init?(process: Int32) {
        guard let fields = Self.fields(of: process), let started = Self.startTime(fields) else { return nil }
        self.init(process: process, started: started)
    }

    /// This process.
    package static var current: Self {
        let process = ProcessInfo.processInfo.processIdentifier
        return Self(process: process) ?? Self(process: process, started: 0)
    }

    /// Whether the process still runs; a zombie does not.
    package var isAlive: Bool {
        guard let fields = Self.fields(of: process) else { return false }
        return Self.startTime(fields) == started && fields[0] != "Z"
    }

    /// The session of a process that has ended and whose status nobody has taken; nil when it is none such.
    static func sessionOfZombie(_ process: Int32) -> Int32? {
        guard let fields = fields(of: process), fields[0] == "Z", fields.count > 3 else { return nil }
        return Int32(fields[3])
    }

    private static func startTime(_ fields: [Substring]) -> UInt64? {
        fields.count > 19 ? UInt64(fields[19]) : nil
    }

    /// The fields from the third one, the state, on; nil without such a process.
    private static func fields(of process: Int32) -> [Substring]? {
        // The second field is a name in parentheses that may contain anything.
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.isEmpty ? nil : fields
    }
}
