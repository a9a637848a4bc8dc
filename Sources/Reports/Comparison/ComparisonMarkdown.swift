// SPDX-License-Identifier: Apache-2.0

package import Comparison

/// A comparison as Markdown, complete: no list is cut.
package struct ComparisonMarkdown: Sendable {
    private let summary: ComparisonSummary

    package init(_ comparison: RunComparison) {
        summary = ComparisonSummary(comparison: comparison)
    }

    package var text: String {
        let comparison = summary.comparison
        var lines = ["# \(MarkdownText.plain(summary.verdict))", ""]
        lines.append("- base: \(MarkdownText.plain(summary.side(comparison.base)))")
        lines.append("- head: \(MarkdownText.plain(summary.side(comparison.head)))")
        lines += ["", "| scenario | verdict | before and after | reason |", "| --- | --- | --- | --- |"]
        for change in summary.changes + comparison.scenarios.filter({ $0.verdict == .same }) {
            lines.append(
                MarkdownText.row([
                    summary.title(change.name, change.id), ComparisonSummary.word(change.verdict),
                    summary.line(change), summary.reason(change) ?? "",
                ]))
        }
        if comparison.hasNewReports {
            lines += ["", "New kernel reports outside any scenario: \(comparison.reportsAfter.count)."]
        }
        lines += ["", "## Coverage", ""]
        if let gap = summary.gap {
            lines.append(MarkdownText.plain(gap))
        } else if comparison.coverage.isEmpty {
            lines.append("The same functions in each of \(comparison.comparedBuffers) buffers.")
        }
        for change in comparison.coverage {
            lines.append(
                "- \(MarkdownText.plain(summary.title(change.scenario, change.id))), buffer \(MarkdownText.plain(change.buffer))"
            )
            lines += change.appeared.map { item("appeared", $0, other: "base") }
            lines += change.disappeared.map { item("disappeared", $0, other: "head") }
            lines += change.shifts.map {
                "  - \(MarkdownText.plain($0.name)) (\(MarkdownText.plain($0.file))): \($0.before) -> \($0.after) of \($0.points) points"
            }
            if let gap = change.gap { lines.append("  - not all: \(MarkdownText.plain(gap))") }
        }
        lines += ["", "## Cost", "", "| measure | base | head | added |", "| --- | --- | --- | --- |"]
        lines += comparison.costs.map { MarkdownText.row(summary.cells($0)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func item(_ word: String, _ function: CoverageChange.Function, other: String) -> String {
        let note = function.isInBothKernels ? "" : ", not in \(other)"
        return
            "  - \(word): \(MarkdownText.plain(function.name)) (\(MarkdownText.plain(function.file)):\(function.line))\(note)"
    }
}
