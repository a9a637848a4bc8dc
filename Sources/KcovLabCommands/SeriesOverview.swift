// SPDX-License-Identifier: Apache-2.0

package import Lab
import Reports

/// What the steps of a series came to, and what each changed.
package struct SeriesOverview: Sendable {
    /// One step that was tried.
    private struct Step: Sendable {
        let title: String
        let verdict: String
        let status: Int32
        /// Nil when nothing was seen of it.
        let directory: String?
        /// What each scenario came to, and under which contract, by its id or name.
        let outcomes: [String: String]
    }

    /// How many steps the series has.
    package let count: Int
    private var steps: [Step] = []
    /// What ended the series before its last step.
    package var ending: (any Error)?

    package init(count: Int) {
        self.count = count
    }

    /// Adds a step that ran to its end.
    package mutating func add(_ title: String, record: RunRecord, status: Int32, directory: String) {
        let outcomes = record.scenarios.map { scenario in
            let contract = scenario.contract.map { " (\($0))" } ?? ""
            return (scenario.id ?? scenario.name, scenario.outcome.rawValue + contract)
        }
        steps.append(
            Step(
                title: title, verdict: ReportText(style: .plain).verdict(record), status: status,
                directory: directory, outcomes: Dictionary(outcomes) { first, _ in first }))
    }

    /// Adds a step that did not.
    package mutating func add(_ title: String, failure: CommandFailure, directory: String?) {
        // What failed, and the first thing that was said about it.
        let lines = failure.message.split(separator: "\n").prefix(2).map { $0.drop { $0 == " " } }
            .joined(separator: " ")
        steps.append(
            Step(
                title: title, verdict: lines, status: failure.status, directory: directory, outcomes: [:]))
    }

    /// Whether no step left a report.
    package var isEmpty: Bool { steps.allSatisfy { $0.directory == nil } }

    /// The worst code of all steps: bad input and interruption, which end the series, then host, kernel, expectation.
    package var status: Int32 {
        let order = [
            0, ExitStatus.expectationFailed.rawValue, ExitStatus.kernelFailed.rawValue,
            ExitStatus.hostFailed.rawValue,
        ]
        func rank(_ status: Int32) -> Int { order.firstIndex(of: status) ?? order.count }
        return steps.map(\.status).max { rank($0) < rank($1) } ?? 0
    }

    package func heading(_ number: Int, _ title: String) -> String {
        "step \(number) of \(count): \(PlainText.singleLine(title))"
    }

    /// The overview, one step after the other.
    package var lines: [String] {
        var lines: [String] = []
        for (index, step) in steps.enumerated() {
            lines.append(heading(index + 1, step.title))
            lines.append("  " + PlainText.singleLine(step.verdict))
            if index > 0 { lines += changes(from: steps[index - 1], to: step).map { "  " + $0 } }
            if let directory = step.directory { lines.append("  " + directory) }
        }
        if steps.count < count { lines.append("steps \(steps.count + 1) to \(count) were not tried") }
        return lines
    }

    /// Which scenarios came to something else than after the step before.
    private func changes(from old: Step, to new: Step) -> [String] {
        new.outcomes.keys.sorted().compactMap { name in
            guard let before = old.outcomes[name], let after = new.outcomes[name], before != after else {
                return nil
            }
            return PlainText.singleLine("\(name): \(before), now \(after)")
        }
    }
}
