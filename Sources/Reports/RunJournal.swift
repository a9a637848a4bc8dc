// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Lab
import Synchronization

/// Follows a run while it goes on: shows it, writes each event to the run directory, remembers the results.
///
/// Events arrive on any thread; one lock keeps their order the same everywhere.
package final class RunJournal: Sendable {
    private struct State: Sendable {
        var display: ProgressDisplay
        var results: [ScenarioResult] = []
        var hasGuests = false
        var cannotLog: String?
    }

    private let state: Mutex<State>
    private let writer: TerminalWriter
    private let log: FileHandle?
    private let start = ContinuousClock.now

    /// Starts a journal.
    ///
    /// - Parameters:
    ///   - writer: Where to show events.
    ///   - file: The event log to create; nil keeps none.
    /// - Throws: `AtomicFile.Failure` when the log cannot be created.
    package init(writer: TerminalWriter, file: URL?) throws(AtomicFile.Failure) {
        self.writer = writer
        state = Mutex(State(display: ProgressDisplay(style: writer.style, isLive: writer.isTerminal)))
        guard let file else {
            log = nil
            return
        }
        try AtomicFile.write(Data(), to: file)
        do {
            log = try FileHandle(forWritingTo: file)
        } catch {
            throw AtomicFile.Failure(path: file.path, cause: AtomicFile.reason(error))
        }
    }

    package func receive(_ event: RunEvent) {
        let seconds = start.duration(to: .now) / .seconds(1)
        state.withLock { state in
            writer.perform(state.display.receive(event, at: seconds))
            switch event {
            case .scenarioEnded(let result): state.results.append(result)
            case .guestStarting: state.hasGuests = true
            default: break
            }
            do {
                try log?.write(contentsOf: EventLine(event, seconds: seconds).data())
            } catch {
                state.cannotLog = state.cannotLog ?? AtomicFile.reason(error)
            }
        }
    }

    /// Seconds since the journal started.
    package var seconds: Double { start.duration(to: .now) / .seconds(1) }

    /// What scenarios that ended so far came to, in the order they ended.
    package var results: [ScenarioResult] { state.withLock(\.results) }

    /// Whether a guest was started: from then on there are console logs.
    package var hasGuests: Bool { state.withLock(\.hasGuests) }

    /// Why an event could not be written, if one could not.
    package var cannotLog: String? { state.withLock(\.cannotLog) }
}
