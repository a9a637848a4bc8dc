// SPDX-License-Identifier: Apache-2.0

import Foundation
package import History
import Reports

/// A night in a few lines.
package enum NightText {
    /// One branch in one line.
    package static func line(_ run: BranchRun) -> String {
        let commit = run.commit.map { " \($0.prefix(12))" } ?? ""
        let what =
            switch run.state {
            case .tested, .notBuilt: counts(run)
            case .carried: "unchanged, " + counts(run)
            case .infrastructure: "not tested: " + PlainText.singleLine(run.note ?? "unknown reason")
            }
        return "\(PlainText.singleLine(run.branch))\(commit): \(what)"
    }

    /// What is shown when all is done.
    package static func closing(_ standing: NightStanding, place: NightPlace) -> [String] {
        var lines = standing.runs.map(line)
        for (branch, entry) in standing.regressions {
            lines.append(
                PlainText.singleLine(
                    "new failure: \(branch): \(entry.id.map { "\($0) " } ?? "")\(entry.scenario): "
                        + (entry.reason ?? "no reason is known")))
            if let culprit = entry.culprit { lines.append("  " + PlainText.singleLine(culprit)) }
        }
        lines += standing.troubles.map { "trouble: " + PlainText.singleLine($0) }
        lines.append("report: \(place.root.path)/index.html")
        lines.append("disk: \(Retention.use(of: place).text)")
        lines.append("verdict: \(verdict(standing))")
        return lines
    }

    /// What the night came to, in a few words.
    package static func verdict(_ standing: NightStanding) -> String {
        let count = standing.regressions.count
        return count == 0 ? "nothing regressed" : count == 1 ? "1 regression" : "\(count) regressions"
    }

    /// `84 scenarios: 1 new-failure, 83 passed`; building and booting count when they are not fine.
    package static func counts(_ run: BranchRun) -> String {
        let scenarios = run.results.filter { !$0.scenario.hasPrefix("(") }
        var parts: [String] = []
        for (name, words) in [(ScenarioEntry.building, "build"), (ScenarioEntry.booting, "boot")] {
            guard let entry = run.results.first(where: { $0.scenario == name }), entry.verdict != .passed
            else {
                continue
            }
            parts.append("\(words): \(entry.verdict.rawValue)")
        }
        let tally = NightVerdict.worstFirst.compactMap { verdict -> String? in
            let count = scenarios.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        let noun = scenarios.count == 1 ? "scenario" : "scenarios"
        if !tally.isEmpty { parts.append("\(scenarios.count) \(noun): " + tally.joined(separator: ", ")) }
        return parts.joined(separator: "; ")
    }
}
