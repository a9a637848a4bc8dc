// SPDX-License-Identifier: Apache-2.0

import KernelBuild
import Reports

/// What a search found, as text.
package enum BisectionText {
    /// The lines of an answer.
    ///
    /// - Parameters:
    ///   - answer: What the search came to.
    ///   - path: Makes a path short for the reader.
    /// - Returns: One text for each line.
    package static func lines(_ answer: Bisection.Answer, path: (String) -> String = { $0 }) -> [String] {
        var lines: [String] = []
        switch answer.kind {
        case .culprit(let commit):
            lines.append("\(commit.hash) is the first bad commit")
            lines += [commit.subject, "\(commit.author), \(commit.date)"].map { "    \($0)" }
            lines += row("bad", commit, answer, path)
        case .undecided(let commits):
            lines.append("only commits that cannot be judged are left; the first bad one is one of these:")
            for commit in commits {
                lines.append("    \(commit.short) \(commit.subject)")
                if let verdict = answer.verdicts[commit.hash], verdict.mark == .skip {
                    lines.append("        \(verdict.reason)")
                }
            }
        case .unfinished(let candidates):
            lines.append("not finished: \(candidates) commits could still be the first bad one")
        }
        lines += row("good", answer.good, answer, path)
        lines += row("bad", answer.bad, answer, path)
        let counts = [GitBisection.Mark.good, .bad, .skip].map { mark in
            "\(answer.verdicts.values.count { $0.mark == mark }) \(mark == .skip ? "not judged" : mark.rawValue)"
        }
        lines.append("judged    \(answer.verdicts.count) commits: \(counts.joined(separator: ", "))")
        if case .culprit(let commit) = answer.kind,
            let before = answer.verdicts[answer.good.hash]?.evidence,
            let after = answer.verdicts[commit.hash]?.evidence
        {
            lines.append("compare   kcovlab compare \(path(before)) \(path(after))")
        }
        return lines.map(PlainText.singleLine)
    }

    private static func row(
        _ title: String, _ commit: GitBisection.Commit, _ answer: Bisection.Answer, _ path: (String) -> String
    ) -> [String] {
        guard let verdict = answer.verdicts[commit.hash] else { return [] }
        let evidence = verdict.evidence.map { " (\(path($0)))" } ?? ""
        return [
            title + String(repeating: " ", count: 10 - title.count)
                + "\(commit.short): \(verdict.reason)\(evidence)"
        ]
    }
}
