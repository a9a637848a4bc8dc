// SPDX-License-Identifier: Apache-2.0

package import Foundation
import History
import Reports

/// What a night would do, and when.
package enum NightPlan {
    /// The plan as text; looks at the history and asks no remote.
    package static func lines(_ config: NightlyConfig, place: NightPlace) -> [String] {
        var lines: [String] = []
        let store = try? HistoryStore.open(place.history)
        for branch in config.branches {
            let count = branch.scenarios.count
            lines.append(PlainText.singleLine(branch.name))
            lines.append(row("fetch", "\(branch.remote.url) \(branch.ref), at most \(config.fetchLimit) s"))
            let fragments = branch.kconfigs.isEmpty ? "" : " + " + branch.kconfigs.joined(separator: " + ")
            lines.append(row("configure", "as \(branch.image)\(fragments)"))
            lines.append(row("check", count == 1 ? "1 scenario" : "\(count) scenarios"))
            lines.append(row("last", last(branch, store)))
        }
        lines.append(row("hosts", config.hosts.joined(separator: ", ")))
        lines.append(row("repeat", "a new failure \(config.repeats) times"))
        lines.append(
            row(
                "bisect", "at most \(config.search.builds) builds a failure, \(config.search.minutes) minutes"
            ))
        lines.append(
            row("keep", "\(config.retention.nights) nights, \(config.retention.bytes / 1_000_000) MB"))
        lines.append(row("output", place.root.path))
        lines.append(row("plan", "nothing was fetched, built or booted"))
        return lines
    }

    /// The next time of day that a night begins at, `start` minutes after midnight UTC.
    package static func next(after date: Date, start: Int) -> Date {
        let day = 86_400.0
        let midnight = (date.timeIntervalSince1970 / day).rounded(.down) * day
        let today = Date(timeIntervalSince1970: midnight + Double(start) * 60)
        return today > date ? today : today + day
    }

    private static func last(_ branch: NightlyConfig.Branch, _ store: HistoryStore?) -> String {
        guard let last = try? store?.newestRun(of: branch.name) else { return "never tested" }
        return "\(last.night), commit \(last.run.commit.map { String($0.prefix(12)) } ?? "unknown")"
    }

    private static func row(_ title: String, _ text: String) -> String {
        "  " + title + String(repeating: " ", count: max(1, 11 - title.count)) + PlainText.singleLine(text)
    }
}
