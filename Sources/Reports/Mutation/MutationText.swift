// SPDX-License-Identifier: Apache-2.0

import Lab
package import Mutation

/// How the bench reads on a terminal.
package struct MutationText: Sendable {
    private let style: TextStyle

    package init(style: TextStyle) {
        self.style = style
    }

    /// One mutant: what became of it, what killed it, how long it took; below, what it breaks when it lives.
    package func lines(_ result: MutantResult) -> [String] {
        let word = pad(Self.word(result.outcome), to: 10)
        let killers = result.kills.prefix(3).map { "\($0.scenario) (\($0.how.rawValue))" }
        let more = result.kills.count > 3 ? " and \(result.kills.count - 3) more" : ""
        let headline = [
            style.paint(word, Self.color(result.outcome)), pad(result.mutant.name, to: 34),
            pad(SpokenDuration.text(result.seconds), to: 12), killers.joined(separator: ", ") + more,
        ].joined(separator: "  ")
        var lines = [headline]
        lines.append("            \(PlainText.singleLine(result.mutant.summary))")
        if let reason = result.kills.first?.reason {
            lines.append("            seen: \(PlainText.singleLine(String(reason.prefix(300))))")
        }
        lines += result.remarks.map { "            " + PlainText.singleLine(String($0.prefix(300))) }
        return lines
    }

    /// What follows the mutants.
    package func closing(_ record: MutationRecord, others: Int, directory: String) -> [String] {
        let counts = MutantOutcome.allCases.compactMap { outcome -> String? in
            let count = record.results.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(Self.word(outcome))"
        }
        let isGood = record.exitStatus == .success
        let noun = record.results.count == 1 ? "mutant" : "mutants"
        let verdict =
            "\(record.results.count) \(noun): \(counts.joined(separator: ", ")) in "
            + SpokenDuration.text(record.seconds)
        var lines = [""]
        if others > 0 { lines.append("\(others) more are for other images") }
        lines.append("run      \(directory)")
        lines.append("verdict  " + style.paint(verdict, isGood ? .green : .red))
        return lines
    }

    static func word(_ outcome: MutantOutcome) -> String {
        switch outcome {
        case .killed: "killed"
        case .survived: "SURVIVED"
        case .equivalent: "equivalent"
        case .unbuildable: "NO BUILD"
        case .hostFailed: "HOST"
        }
    }

    private static func color(_ outcome: MutantOutcome) -> TextStyle.Color {
        switch outcome {
        case .killed: .green
        case .equivalent: .dim
        case .survived, .unbuildable, .hostFailed: .red
        }
    }

    private func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
