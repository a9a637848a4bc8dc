// SPDX-License-Identifier: Apache-2.0

package import Comparison
import Lab

/// A comparison for a reply on a mailing list: plain ASCII, 72 columns, nothing to strip.
package struct ComparisonText: Sendable {
    /// The widest line.
    package static let columns = 72
    /// The most functions of a kind that are shown for a buffer, and the most buffers.
    private static let shown = 8

    private let summary: ComparisonSummary
    private let tester: String?

    /// - Parameters:
    ///   - comparison: What changed.
    ///   - tester: `Name <address>` for a trailer, which stands there only when all is well with the second kernel.
    package init(_ comparison: RunComparison, tester: String? = nil) {
        summary = ComparisonSummary(comparison: comparison)
        self.tester = tester
    }

    package var text: String {
        let comparison = summary.comparison
        var lines = wrapped("kcovlab compare: " + summary.verdict, indent: "")
        lines.append("")
        lines += wrapped("base: " + summary.side(comparison.base), indent: "      ")
        lines += wrapped("head: " + summary.side(comparison.head), indent: "      ")
        lines += ["", "Scenarios (\(comparison.compared) compared):"]
        // What only one run has is no news, unless it fails.
        let isListed = { (change: ScenarioChange) in
            [.same, .gone, .new].contains(change.verdict) && !change.breaks
        }
        for change in summary.changes where !isListed(change) {
            let word = ComparisonSummary.word(change.verdict)
            lines += wrapped(
                "  \(word): \(summary.title(change.name, change.id)): \(summary.line(change))",
                indent: "      ")
            if let reason = summary.reason(change) { lines += wrapped("      " + reason, indent: "      ") }
        }
        for verdict in [ScenarioVerdict.new, .gone, .same] {
            let names = comparison.scenarios.filter { $0.verdict == verdict && isListed($0) }.map { change in
                let outcome = (change.after ?? change.before)?.outcome ?? .passed
                return (change.id ?? change.name) + (outcome == .passed ? "" : " (\(outcome.rawValue))")
            }
            guard !names.isEmpty else { continue }
            lines += wrapped("  \(verdict.rawValue): " + names.joined(separator: ", "), indent: "      ")
        }
        if comparison.hasNewReports {
            lines += ["", "New kernel reports outside any scenario:"]
            for report in comparison.reportsAfter.prefix(Self.shown) {
                let head = report.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                lines += wrapped("  " + head, indent: "      ")
            }
        }
        lines += coverage + costs
        if let tester { lines += [""] + trailer(tester) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Who tested it, in one line as trailers are; else why nobody can say so.
    private func trailer(_ tester: String) -> [String] {
        let doubts = summary.comparison.doubts
        if doubts.isEmpty { return ["Tested-by: " + PlainText.singleLine(tester)] }
        return wrapped("No Tested-by: " + doubts.joined(separator: "; "), indent: "    ")
    }

    private var coverage: [String] {
        if let gap = summary.gap { return [""] + wrapped(gap, indent: "") }
        let changes = summary.comparison.coverage
        var lines = ["", "Coverage (\(summary.comparison.comparedBuffers) buffers compared):"]
        if changes.isEmpty { lines.append("  the same functions in every buffer") }
        for change in changes.prefix(Self.shown) {
            lines += wrapped(
                "  \(summary.title(change.scenario, change.id)), buffer \(change.buffer):", indent: "      ")
            lines += functions(change.appeared, "+", kernel: "base")
            lines += functions(change.disappeared, "-", kernel: "head")
            let shifts = change.shifts.map {
                "    ~ \($0.name) (\($0.file)): \($0.before) -> \($0.after) of \($0.points) points"
            }
            lines += capped(shifts)
            if let gap = change.gap { lines += wrapped("    not all: " + gap, indent: "      ") }
        }
        if changes.count > Self.shown { lines.append("  and \(changes.count - Self.shown) more buffers") }
        return lines
    }

    private func functions(_ functions: [CoverageChange.Function], _ sign: String, kernel: String) -> [String]
    {
        capped(
            functions.map {
                let note = $0.isInBothKernels ? "" : ", not in \(kernel)"
                return "    \(sign) \($0.name) (\($0.file):\($0.line))\(note)"
            })
    }

    private func capped(_ lines: [String]) -> [String] {
        let more = lines.count > Self.shown ? ["      and \(lines.count - Self.shown) more"] : []
        return lines.prefix(Self.shown).flatMap { wrapped($0, indent: "        ") } + more
    }

    private var costs: [String] {
        ["", "Cost:"]
            + summary.comparison.costs.map { cost in
                let cells = summary.cells(cost)
                return "  " + pad(cells[0], 27) + pad(cells[1], 9) + " -> " + pad(cells[2], 9) + cells[3]
            }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Breaks a line at blanks, and words that are too long where they must be; other than ASCII becomes `?`.
    private func wrapped(_ line: String, indent: String) -> [String] {
        let plain = String(
            PlainText.singleLine(line).unicodeScalars.map { $0.isASCII ? Character($0) : "?" })
        var lines: [String] = []
        var current = String(plain.prefix { $0 == " " })
        var isEmpty = true
        for word in plain.split(separator: " ") {
            var word = String(word)
            if !isEmpty, current.count + 1 + word.count > Self.columns {
                lines.append(current)
                (current, isEmpty) = (indent, true)
            }
            while current.count + word.count + (isEmpty ? 0 : 1) > Self.columns {
                let room = Self.columns - current.count
                lines.append(current + word.prefix(room))
                word = String(word.dropFirst(room))
                current = indent
            }
            current += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [current]
    }
}
