// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Lab
package import Mutation
import Synchronization

/// Follows the bench: shows each verdict as it comes, and leaves the reports of each kernel in its own directory.
package final class MutationJournal: Sendable {
    private struct State: Sendable {
        var done = 0
        var failure: AtomicFile.Failure?
        var displays: [String: ProgressDisplay] = [:]
    }

    private let writer: TerminalWriter
    private let directory: URL
    private let total: Int
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// - Parameters:
    ///   - writer: Where to show events.
    ///   - directory: The directory of everything.
    ///   - total: How many mutants there are.
    package init(writer: TerminalWriter, directory: URL, total: Int) {
        self.writer = writer
        self.directory = directory
        self.total = total
    }

    /// Why a report could not be written, if one could not.
    package var failure: AtomicFile.Failure? { state.withLock(\.failure) }

    package func receive(_ event: MutationEvent) {
        state.withLock { state in
            switch event {
            case .baselineStarted(let needs):
                writer.write([
                    "the unmutated kernel\(needs.isEmpty ? "" : " with " + needs.joined(separator: " "))"
                ])
            case .baselineEnded(let needs, let record):
                leave(record, in: (["baseline"] + needs).joined(separator: "+"), &state)
                let text = ReportText(style: writer.style)
                // What passed is no news here.
                let bad = record.scenarios.filter {
                    ![.passed, .notApplicable, .knownIssue].contains($0.outcome)
                }
                writer.write(
                    bad.flatMap(ScenarioText(style: writer.style).lines) + [text.verdict(record), ""])
            case .mutantStarted(let mutant):
                show("\(mutant.name): starts", state)
            case .mutantEnded(let result):
                state.done += 1
                state.displays[result.mutant.name] = nil
                if let record = result.record { leave(record, in: result.mutant.name, &state) }
                writer.write(MutationText(style: writer.style).lines(result))
            case .confirming(let scenario):
                show("\(scenario) again, \(GreenRuns.wanted) times on the unmutated kernel", state)
            case .run(let name, let event):
                follow(event, of: name, &state)
            }
        }
    }

    /// Only what replaces itself: a mutant's own lines are in its directory.
    private func follow(_ event: RunEvent, of name: String, _ state: inout State) {
        guard writer.isTerminal else { return }
        var display = state.displays[name] ?? ProgressDisplay(style: writer.style, isLive: true)
        let actions = display.receive(event, at: start.duration(to: .now) / .seconds(1))
        state.displays[name] = display
        for case .status(let text?) in actions { show("\(name): \(text)", state) }
    }

    private func show(_ text: String, _ state: State) {
        writer.perform([.status("[\(state.done)/\(total)] \(text)")])
    }

    private func leave(_ record: RunRecord, in name: String, _ state: inout State) {
        do throws(AtomicFile.Failure) {
            let place = directory.appending(path: name)
            // What is judged without a guest has left nothing there.
            try AtomicFile.makeDirectory(place)
            try ReportFiles.write(record, to: RunDirectory(url: place))
        } catch {
            state.failure = state.failure ?? error
        }
    }
}
