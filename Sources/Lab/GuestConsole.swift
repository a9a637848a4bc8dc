// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Foundation
import Libvirt
import Synchronization

/// The serial console of one guest: every byte goes to a log, and is watched for kernel reports.
final class GuestConsole: Sendable {
    /// The most bytes a log keeps; a guest that prints without end must not fill the disk.
    static let logLimit = 64 << 20

    private struct State: Sendable {
        var watch: ConsoleWatch
        var marks = ConsoleMarks()
        var log: FileHandle?
        var logged = 0
        var lastByte = ContinuousClock.now
        var cannotLog: String?
    }

    private let state: Mutex<State>
    private let events: Mailbox<GuestEvent>

    init(log: FileHandle?, rules: ConsoleRules, events: Mailbox<GuestEvent>) {
        state = Mutex(State(watch: ConsoleWatch(rules: rules), log: log))
        self.events = events
    }

    func received(_ bytes: [UInt8]) {
        let (reports, marks) = state.withLock { state in
            state.lastByte = .now
            let room = max(0, Self.logLimit - state.logged)
            do {
                try state.log?.write(contentsOf: Data(bytes.prefix(room)))
            } catch {
                state.cannotLog =
                    state.cannotLog ?? "cannot write the console log: \(error.localizedDescription)"
            }
            state.logged += min(room, bytes.count)
            return (state.watch.receive(bytes), state.marks.receive(bytes))
        }
        events.post(.printed(reports: reports, marks: marks))
    }

    func ended() {
        let reports = state.withLock { state in
            try? state.log?.close()
            state.log = nil
            return state.watch.finish()
        }
        events.post(.printed(reports: reports, marks: []))
        events.post(.consoleEnded)
    }

    /// Ends the report that is open, if one is; call it when nothing more of it can come.
    func settle() -> [ConsoleReport] { state.withLock { $0.watch.settle() } }

    /// Adds what the console knows to the facts of a run.
    func describe(_ facts: inout RunFacts) {
        state.withLock { state in
            facts.phase = max(facts.phase, state.watch.phase)
            facts.consoleBytes = state.watch.byteCount
            facts.hostError = facts.hostError ?? state.cannotLog
            facts.consoleSilence = (ContinuousClock.now - state.lastByte) / .seconds(1)
        }
    }

    /// The reports so far that the rules expect.
    var tolerated: [ConsoleReport] { state.withLock { $0.watch.tolerated.map(\.report) } }

    var lastLines: [String] { state.withLock { $0.watch.lastLines } }

    /// Seconds since the last byte.
    var silence: Double { state.withLock { (ContinuousClock.now - $0.lastByte) / .seconds(1) } }
}
