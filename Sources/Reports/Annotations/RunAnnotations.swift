// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
package import Lab

/// What a run has to say at lines of files: each promise that was not kept at its line of the scenario file, each kernel
/// report at the line of the kernel that it names.
package struct RunAnnotations: Sendable {
    private let record: RunRecord

    package init(_ record: RunRecord) {
        self.record = record
    }

    package var all: [Annotation] {
        record.scenarios.flatMap { Self.annotations(of: $0) }
            + record.strayReports.map { Self.report($0, title: "kernel report outside any scenario") }
    }

    /// What one scenario has to say.
    ///
    /// - Parameters:
    ///   - result: What became of it; one that is fine says nothing.
    ///   - level: How bad it is; nil leaves that to the outcome.
    /// - Returns: One for each promise that was not kept, and one for a kernel report.
    static func annotations(
        of result: ScenarioResult, level: Annotation.Level? = nil
    ) -> [Annotation] {
        let usual: Annotation.Level
        switch result.outcome {
        case .failed, .kernelFailed: usual = .error
        case .flaky, .hostFailed: usual = .warning
        case .passed, .knownIssue, .notApplicable, .skipped: return []
        }
        let title = [result.id, result.name].compactMap(\.self).joined(separator: " ")
        let level = level ?? usual
        var all = result.findings.map { finding in
            Annotation(
                level, at: finding.location, title: title,
                message: "expected: \(finding.expected)\nfound: \(finding.found)")
        }
        if result.findings.isEmpty {
            all += result.steps.filter { !$0.passed }.prefix(1).map { step in
                Annotation(level, at: step.location, title: title, message: "\(step.text): \(step.detail)")
            }
        }
        if let console = result.console { all.append(report(console, title: title, level: level)) }
        if all.isEmpty {
            all = [Annotation(level, title: title, message: result.reason ?? result.outcome.rawValue)]
        }
        return all
    }

    /// A kernel report, or what a compiler printed, at the first line of the kernel that it names.
    package static func report(_ text: String, title: String, level: Annotation.Level = .error) -> Annotation
    {
        let place = SourcePlace.all(in: text).first
        let lines = text.split(whereSeparator: \.isNewline).prefix(reportLines)
        return Annotation(
            level, file: place?.file, line: place?.line, title: title,
            message: lines.joined(separator: "\n"))
    }

    /// A report says at its start what happened; all of it is in the run directory.
    private static let reportLines = 12
}
