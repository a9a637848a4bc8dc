// SPDX-License-Identifier: Apache-2.0

/// A verdict and its annotations as Markdown, for the summary of a step.
package enum StepSummary {
    package static func text(title: String, verdict: String, _ annotations: [Annotation]) -> String {
        var lines = ["## \(MarkdownText.plain(title))", "", MarkdownText.plain(verdict), ""]
        if !annotations.isEmpty {
            lines += ["| | what | where | message |", "| --- | --- | --- | --- |"]
        }
        lines += annotations.map { item in
            let place = item.file.map { "\($0):\(item.line ?? 1)" } ?? ""
            return MarkdownText.row([item.level.rawValue, item.title, place, item.message])
        }
        return lines.joined(separator: "\n") + "\n\n"
    }
}
