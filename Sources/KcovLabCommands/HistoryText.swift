// SPDX-License-Identifier: Apache-2.0

package import History
import Lab
import Reports

/// The history of scenarios as tables.
package enum HistoryText {
    /// One line for each scenario of a branch.
    package static func overview(
        of branch: String, _ histories: [(id: String?, history: ScenarioHistory)], last count: Int
    ) -> String {
        var table = TextTable(columns: [PlainText.singleLine(branch), "verdict", "passed", "last pass"])
        for (id, history) in histories {
            let rate = history.passRate(last: count)
            table.add([
                title(history, id: id), history.points.first?.entry.verdict.rawValue ?? "",
                rate.runs == 0 ? "-" : "\(rate.passes) of \(rate.runs)", pass(history),
            ])
        }
        return table.text
    }

    /// One scenario on one branch, night after night, newest first.
    package static func development(of history: ScenarioHistory, id: String?) -> String {
        let rate = history.passRate(last: history.points.count)
        let buffers = history.points.reduce(into: [String]()) { names, point in
            for buffer in point.entry.buffers where !names.contains(buffer.name) { names.append(buffer.name) }
        }
        var table = TextTable(
            columns: ["night", "commit", "verdict", "passed", "took", "boot"]
                + buffers.map { PlainText.singleLine($0) })
        for point in history.points {
            let entry = point.entry
            let counts = buffers.map { name in
                entry.buffers.first { $0.name == name }.map { "\($0.total) (\($0.distinct) distinct)" } ?? "-"
            }
            table.add(
                [
                    point.night, point.commit.map { String($0.prefix(12)) } ?? "-", entry.verdict.rawValue,
                    "\(entry.passes) of \(entry.runs)", SpokenDuration.text(entry.seconds),
                    point.boot.map(SpokenDuration.text) ?? "-",
                ] + counts)
        }
        let passed =
            rate.runs == 0
            ? "nothing was learnt" : "\(rate.passes) of \(rate.runs) runs, \(percent(rate)) %"
        return """
            \(title(history, id: id)) on \(PlainText.singleLine(history.branch))
            last pass    \(pass(history))
            passed       \(passed)

            \(table.text)
            """
    }

    private static func title(_ history: ScenarioHistory, id: String?) -> String {
        PlainText.singleLine([id, history.scenario].compactMap(\.self).joined(separator: " "))
    }

    private static func pass(_ history: ScenarioHistory) -> String {
        guard let point = history.lastPass else { return "never in these nights" }
        let commit = point.commit.map { ", commit \($0.prefix(12))" } ?? ""
        let subject = point.subject.map { " (\(PlainText.singleLine($0)))" } ?? ""
        return point.night + commit + subject
    }

    /// Rounded down, so that 100 means all.
    private static func percent(_ rate: (passes: Int, runs: Int)) -> Int {
        rate.runs == 0 ? 0 : rate.passes * 100 / rate.runs
    }
}
