// SPDX-License-Identifier: Apache-2.0

package import History

/// A night as the body of a mail: plain text, lines of at most 72 columns where words allow it, news first.
package struct NightMail: Sendable {
    private let standing: NightStanding

    package init(_ standing: NightStanding) {
        self.standing = standing
    }

    package var text: String {
        let count = standing.regressions.count
        var lines = [
            count == 0 ? "Nothing regressed." : count == 1 ? "1 regression." : "\(count) regressions.", "",
        ]
        let sections: [(NightVerdict, String)] = [
            (.newFailure, "Broke since the last night"), (.fixed, "Fixed"), (.flaky, "Flaky"),
            (.stillFailing, "Still failing"),
        ]
        for (verdict, title) in sections {
            let items = standing.entries(verdict)
            guard !items.isEmpty else { continue }
            lines += [title, ""] + items.flatMap { item($0.entry, on: $0.branch) } + [""]
        }
        lines += ["Branches", ""] + standing.runs.flatMap(branch) + [""]
        if !standing.troubles.isEmpty {
            lines += ["Troubles", ""] + standing.troubles.flatMap { Self.wrapped($0, indent: 2) } + [""]
        }
        lines.append("-- ")
        lines.append("kcovlab nightly, night \(standing.night.name)")
        return lines.joined(separator: "\n") + "\n"
    }

    private func item(_ entry: ScenarioEntry, on branch: String) -> [String] {
        var lines = Self.wrapped("\(branch): \(NightStyle.title(entry))", indent: 2)
        if entry.verdict != .fixed, let reason = entry.reason { lines += Self.wrapped(reason, indent: 4) }
        if entry.runs > 1 { lines.append("    passed \(entry.passes) of \(entry.runs) runs") }
        if let culprit = entry.culprit { lines += Self.wrapped(culprit, indent: 4) }
        return lines
    }

    private func branch(_ run: BranchRun) -> [String] {
        let commit = run.commit.map { " \($0.prefix(12))" } ?? ""
        let subject = run.subject.map { " (\($0))" } ?? ""
        var lines = Self.wrapped("\(run.branch)\(commit)\(subject)", indent: 2)
        switch run.state {
        case .infrastructure: lines += Self.wrapped("not tested: \(run.note ?? "unknown reason")", indent: 4)
        case .carried: lines += Self.wrapped(run.note ?? "carried over", indent: 4)
        case .notBuilt: lines.append("    does not build")
        case .tested:
            let tally = NightVerdict.allCases.compactMap { verdict -> String? in
                let count = run.results.count { $0.verdict == verdict && !$0.scenario.hasPrefix("(") }
                return count == 0 ? nil : "\(count) \(verdict.rawValue)"
            }
            lines += Self.wrapped(tally.joined(separator: ", "), indent: 4)
        }
        return lines
    }

    /// Breaks a text at blanks; what guests, compilers and servers said cannot move the cursor or end a line.
    static func wrapped(_ text: String, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = margin
        for word in PlainText.singleLine(text).split(separator: " ") {
            if line.count + word.count + 1 > 72, line.count > indent {
                lines.append(line)
                line = margin + "  "
            }
            line += (line.allSatisfy { $0 == " " } ? "" : " ") + word
        }
        return lines + [line]
    }
}
