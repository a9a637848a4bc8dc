// SPDX-License-Identifier: Apache-2.0

package import History
import Lab

/// A night as KTAP version 1: a branch is a test, what was judged on it are its subtests.
package struct NightKTAP: Sendable {
    private let standing: NightStanding

    package init(_ standing: NightStanding) {
        self.standing = standing
    }

    package var text: String {
        var lines = ["KTAP version 1", "# night \(standing.night.name)", "1..\(standing.runs.count)"]
        lines += standing.troubles.map { KTAPText.comment("trouble: \($0)") }
        for (index, run) in standing.runs.enumerated() { lines += branch(run, number: index + 1) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func branch(_ run: BranchRun, number: Int) -> [String] {
        let name = KTAPText.title(run.branch)
        guard run.state != .infrastructure else {
            let note = PlainText.singleLine(run.note ?? "not tested")
            return ["not ok \(number) \(name) # ERROR \(note)"]
        }
        var lines = ["  KTAP version 1", "  1..\(run.results.count)"]
        if let commit = run.commit { lines.insert("  # commit \(commit)", at: 1) }
        for (index, entry) in run.results.enumerated() {
            if Self.isBad(entry.verdict), entry.verdict != .infrastructure {
                lines += [entry.reason, entry.culprit].compactMap(\.self).map { "  " + KTAPText.comment($0) }
            }
            let word = Self.isBad(entry.verdict) ? "not ok" : "ok"
            let title = KTAPText.title(NightStyle.title(entry))
            lines.append("  \(word) \(index + 1) \(title)\(Self.directive(entry))")
        }
        let isBad = run.results.contains { Self.isBad($0.verdict) }
        return lines + ["\(isBad ? "not ok" : "ok") \(number) \(name)"]
    }

    private static func isBad(_ verdict: NightVerdict) -> Bool {
        switch verdict {
        case .newFailure, .stillFailing, .flaky, .infrastructure: true
        case .passed, .fixed, .knownIssue, .notApplicable: false
        }
    }

    private static func directive(_ entry: ScenarioEntry) -> String {
        let word =
            switch entry.verdict {
            case .passed: ""
            case .newFailure, .stillFailing, .fixed, .flaky: " # \(entry.verdict.rawValue)"
            case .infrastructure: " # ERROR"
            case .knownIssue: " # XFAIL"
            case .notApplicable: " # SKIP not applicable"
            }
        guard [.infrastructure, .knownIssue, .notApplicable].contains(entry.verdict),
            let reason = entry.reason
        else { return word }
        return word + (entry.verdict == .notApplicable ? ": " : " ") + PlainText.singleLine(reason)
    }
}
