// SPDX-License-Identifier: Apache-2.0

package import Lab

/// How a whole run reads: what was tested, each scenario, the verdict, and how to do it again.
package struct ReportText: Sendable {
    package let style: TextStyle

    package init(style: TextStyle) {
        self.style = style
    }

    /// Everything, for `report.txt` and for failing tests.
    package func full(_ record: RunRecord, directory: String) -> String {
        let scenario = ScenarioText(style: style)
        let lines = record.scenarios.flatMap(scenario.lines) + closing(record, directory: directory)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What follows the scenarios; `directory` is the run directory as the reader should see it.
    package func closing(_ record: RunRecord, directory: String) -> [String] {
        var lines = stray(record) + [""]
        let kernel = record.kernel
        var about = "\(kernel.image), Linux \(PlainText.singleLine(kernel.release))"
        if !kernel.key.isEmpty { about += ", key \(kernel.key.prefix(12))" }
        lines.append(row("kernel", about))
        lines += kernel.remarks.map { row("", PlainText.singleLine($0)) }
        if let contract = contract(record) { lines.append(row("contract", contract)) }
        if let claim = record.brokenClaim {
            lines.append(row("", style.paint(PlainText.singleLine(claim.sentence), .red)))
            lines += claim.breaches.map { breach in
                row("", PlainText.singleLine("  \(breach.scenario) \(breach.name): \(breach.reason)"))
            }
        }
        lines.append(
            row("accelerator", "\(record.accelerator): \(PlainText.singleLine(record.acceleratorReason))"))
        if record.timeFactor != 1 {
            lines.append(row("limits", "times \(rounded(record.timeFactor)), by the guest's measured speed"))
        }
        lines.append(row("run", directory))
        lines.append(row("replay", record.replay))
        lines.append(row("verdict", verdict(record)))
        return lines
    }

    /// One line: how many scenarios, what became of them, how long it took.
    package func verdict(_ record: RunRecord) -> String {
        let outcomes = record.scenarios.map(\.outcome)
        var text = Self.counts(outcomes)
        let changed = record.scenarios.filter(\.isChangedIssue).map { $0.id ?? $0.name }
        if !changed.isEmpty {
            text += ", no longer as known: \(changed.joined(separator: ", "))"
        }
        if !record.strayReports.isEmpty {
            text += ", \(record.strayReports.count) kernel reports outside any scenario"
        }
        text += " in \(SpokenDuration.text(record.seconds))"
        let status = record.exitStatus(requiresMachine: false)
        return style.paint(text, status == .success ? .green : .red)
    }

    /// `13 scenarios: 12 passed, 1 failed`, outcomes that did not occur left out.
    package static func counts(_ outcomes: [Outcome]) -> String {
        let parts = Outcome.allCases.compactMap { outcome -> String? in
            let count = outcomes.count { $0 == outcome }
            return count == 0 ? nil : "\(count) \(phrase(outcome))"
        }
        let noun = outcomes.count == 1 ? "scenario" : "scenarios"
        return "\(outcomes.count) \(noun)" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }

    private static func phrase(_ outcome: Outcome) -> String {
        switch outcome {
        case .knownIssue: "known issue"
        case .kernelFailed: "broke the kernel"
        case .hostFailed: "lost to the host"
        case .notApplicable: "not applicable"
        case .passed, .failed, .flaky, .skipped: outcome.rawValue
        }
    }

    private func contract(_ record: RunRecord) -> String? {
        let contracts = Set(record.scenarios.compactMap(\.contract)).sorted()
        guard !contracts.isEmpty else { return nil }
        let meanings = [
            "simultaneous": "simultaneous: one thread may hold a local and a remote descriptor at once",
            "exclusive": "exclusive: a second descriptor of a thread is refused with EBUSY",
        ]
        return contracts.map { meanings[$0] ?? PlainText.singleLine($0) }.joined(separator: "; ")
    }

    private func stray(_ record: RunRecord) -> [String] {
        record.strayReports.flatMap { report in
            [style.paint("KERNEL  report outside any scenario", .red)]
                + PlainText.tail(report, lines: 20).map { "      | " + PlainText.singleLine(String($0)) }
        }
    }

    private func row(_ title: String, _ text: String) -> String {
        title + String(repeating: " ", count: max(1, 13 - title.count)) + text
    }

    private func rounded(_ factor: Double) -> String {
        "\((factor * 10).rounded() / 10)"
    }
}
