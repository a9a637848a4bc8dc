// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One process for its whole life: a number alone is given out again.
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
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let started = Self.startTime(in: text)
        else { return nil }
        self.init(process: process, started: started)
    }

    /// This process.
    package static var current: Self {
        let process = ProcessInfo.processInfo.processIdentifier
        return Self(process: process) ?? Self(process: process, started: 0)
    }

    /// Whether the process still runs; a zombie does not.
    package var isAlive: Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
            return false
        }
        return Self.startTime(in: text) == started && Self.fields(in: text).first != "Z"
    }

    private static func startTime(in stat: String) -> UInt64? {
        // The second field is a name in parentheses that may contain anything; field 3 comes first after it.
        let fields = fields(in: stat)
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }

    private static func fields(in stat: String) -> [Substring] {
        guard let end = stat.lastIndex(of: ")") else { return [] }
        return stat[stat.index(after: end)...].split(separator: " ")
    }
}
