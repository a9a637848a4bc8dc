// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
package import Lab

/// How one scenario reads on a terminal: a line when all is well, the evidence when it is not.
package struct ScenarioText: Sendable {
    package let style: TextStyle
    /// How many of the first lines of a kernel report are shown.
    package let consoleLines: Int
    /// How many evidence lines of one finding are shown.
    package let evidenceLines: Int

    package init(style: TextStyle, consoleLines: Int = 20, evidenceLines: Int = 12) {
        self.style = style
        self.consoleLines = consoleLines
        self.evidenceLines = evidenceLines
    }

    /// The lines of one scenario, each without its line feed.
    package func lines(_ result: ScenarioResult) -> [String] {
        var lines =
            [headline(result)]
            + result.buffers.compactMap { buffer in
                buffer.determinism.map { "        \(PlainText.singleLine(buffer.name)): \($0.summary)" }
            }
        switch result.outcome {
        case .passed: break
        case .knownIssue, .notApplicable, .skipped: lines += reason(result)
        case .failed, .flaky, .kernelFailed, .hostFailed: lines += reason(result) + evidence(result)
        }
        return lines
    }

    /// `ok      P03 both-vhost                simultaneous  0.4 s`, columns aligned.
    package func headline(_ result: ScenarioResult) -> String {
        let word = pad(TextStyle.word(for: result.outcome), to: 6)
        let name = [result.id, result.name].compactMap(\.self).joined(separator: " ")
        let contract = pad(result.contract ?? "", to: 12)
        return [
            style.paint(word, TextStyle.color(for: result.outcome)),
            pad(PlainText.singleLine(name), to: 32), contract, SpokenDuration.text(result.seconds),
        ].joined(separator: "  ") + (result.runs > 1 ? "  \(result.passes) of \(result.runs) passed" : "")
    }

    private func reason(_ result: ScenarioResult) -> [String] {
        guard let reason = result.reason else { return [] }
        return ["        " + PlainText.singleLine(reason)]
    }

    private func evidence(_ result: ScenarioResult) -> [String] {
        var lines: [String] = []
        // A finding names its step; without one the steps are all there is.
        for step in result.steps where !step.passed && result.findings.isEmpty {
            lines.append("    step      \(PlainText.singleLine(step.text)) (\(step.location))")
            lines.append("              \(PlainText.singleLine(step.detail))")
        }
        for finding in result.findings {
            lines.append("    expected  \(PlainText.singleLine(finding.expected))")
            lines.append("    found     \(PlainText.singleLine(finding.found))")
            lines += capped(finding.evidence, at: evidenceLines).map {
                "              \(PlainText.singleLine($0))"
            }
            if let location = finding.location { lines.append("    at        \(location)") }
        }
        if let console = result.console {
            lines.append("    console")
            // A report says at its start what happened; all of it is in the console log.
            let printed = console.split(whereSeparator: \.isNewline).map(String.init)
            lines += capped(printed, at: consoleLines).map { "      | " + PlainText.singleLine($0) }
        }
        return lines
    }

    private func capped(_ lines: [String], at limit: Int) -> [String] {
        guard lines.count > limit else { return lines }
        return lines.prefix(limit) + ["... \(lines.count - limit) more lines in the run directory"]
    }

    private func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
