// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
package import Lab

/// A run as KTAP version 1: a scenario is a test, its steps are subtests.
package struct KTAPReport: Sendable {
    private let record: RunRecord

    package init(_ record: RunRecord) {
        self.record = record
    }

    package var text: String {
        var lines = ["KTAP version 1"]
        lines.append(KTAPText.comment("image \(record.kernel.image), Linux \(record.kernel.release)"))
        lines.append(KTAPText.comment("accelerator \(record.accelerator): \(record.acceleratorReason)"))
        if let claim = record.brokenClaim { lines.append(KTAPText.comment(claim.sentence)) }
        let extra = record.strayReports.isEmpty ? 0 : 1
        lines.append("1..\(record.scenarios.count + extra)")
        for (index, result) in record.scenarios.enumerated() {
            lines += test(result, number: index + 1)
        }
        if extra == 1 {
            let reports = record.strayReports.flatMap { PlainText.tail($0, lines: 20) }
            lines += reports.map { KTAPText.comment(String($0)) }
            lines.append("not ok \(record.scenarios.count + 1) no stray kernel report")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func test(_ result: ScenarioResult, number: Int) -> [String] {
        var lines: [String] = []
        if !result.steps.isEmpty {
            lines += ["  KTAP version 1", "  1..\(result.steps.count)"]
            for (index, step) in result.steps.enumerated() {
                if !step.passed { lines.append("  " + KTAPText.comment("\(step.location): \(step.detail)")) }
                let word = step.passed ? "ok" : "not ok"
                lines.append("  \(word) \(index + 1) \(KTAPText.title(step.text))")
            }
        }
        if let reason = result.reason, [.failed, .flaky, .kernelFailed].contains(result.outcome) {
            lines.append(KTAPText.comment("\(result.outcome.rawValue): \(reason)"))
        }
        for finding in result.findings {
            lines.append(KTAPText.comment("expected \(finding.expected)"))
            lines.append(KTAPText.comment("found \(finding.found)"))
            lines += finding.evidence.map(KTAPText.comment)
        }
        if let console = result.console {
            lines += PlainText.tail(console, lines: 20).map { KTAPText.comment(String($0)) }
        }
        let name = [result.id, result.name].compactMap(\.self).joined(separator: " ")
        lines.append("\(word(result.outcome)) \(number) \(KTAPText.title(name))\(directive(result))")
        return lines
    }

    private func word(_ outcome: Outcome) -> String {
        switch outcome {
        case .passed, .knownIssue, .notApplicable, .skipped: "ok"
        case .failed, .flaky, .kernelFailed, .hostFailed: "not ok"
        }
    }

    private func directive(_ result: ScenarioResult) -> String {
        let reason = result.reason.map { " " + PlainText.singleLine($0) } ?? ""
        return switch result.outcome {
        case .passed, .failed, .flaky, .kernelFailed: ""
        case .hostFailed: " # ERROR\(reason)"
        case .knownIssue: " # XFAIL\(reason)"
        case .notApplicable: " # SKIP not applicable\(reason.isEmpty ? "" : ":")\(reason)"
        case .skipped: " # SKIP\(reason)"
        }
    }
}
