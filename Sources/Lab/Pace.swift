// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Synchronization

/// What the guests of a session have shown so far: how fast they are, and what they printed while booting.
final class Pace: Sendable {
    private struct State: Sendable {
        var limits = TimeLimits.unknown
        var isMeasured = false
        var strayReports: [ConsoleReport] = []
        var tolerated: [ConsoleReport] = []
    }

    private let state = Mutex(State())

    /// Limits for the guests of this machine; generous until one has booted.
    var limits: TimeLimits { state.withLock(\.limits) }

    /// The factor of the limits, or 1 when nothing was measured.
    var factor: Double { state.withLock { $0.isMeasured ? $0.limits.factor : 1 } }

    /// Kernel reports that no scenario was running for.
    var strayReports: [ConsoleReport] { state.withLock(\.strayReports) }

    /// Kernel reports that the rules expect, each title once.
    var tolerated: [ConsoleReport] { state.withLock(\.tolerated) }

    /// Learns from a boot; the slowest one counts.
    func booted(in seconds: Double) {
        state.withLock { state in
            let limits = TimeLimits(bootSeconds: seconds)
            if !state.isMeasured || limits.factor > state.limits.factor { state.limits = limits }
            state.isMeasured = true
        }
    }

    /// Remembers reports of a boot, each text once: every guest of one kernel prints the same.
    func stray(_ reports: [ConsoleReport]) { state.withLock { Self.add(reports, to: &$0.strayReports) } }

    /// Remembers what a guest printed that the rules expect.
    func tolerate(_ reports: [ConsoleReport]) { state.withLock { Self.add(reports, to: &$0.tolerated) } }

    private static func add(_ reports: [ConsoleReport], to list: inout [ConsoleReport]) {
        for report in reports
        where !list.contains(where: { $0.title == report.title && $0.kind == report.kind }) {
            list.append(report)
        }
    }
}
