// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import History
import Lab

/// What a night has to say at lines of files: new failures as errors, what is flaky or still fails as warnings.
package struct NightAnnotations: Sendable {
    package let all: [Annotation]

    /// - Parameters:
    ///   - standing: The night.
    ///   - root: The directory of the nights, where the evidence is.
    package init(_ standing: NightStanding, root: URL) {
        all = standing.runs.flatMap { run in
            let record = run.evidence.flatMap { path in
                try? SavedRun(reading: root.appending(path: path)).record
            }
            return Self.branch(run, record)
        }
    }

    private static func branch(_ run: BranchRun, _ record: RunRecord?) -> [Annotation] {
        if run.state == .infrastructure {
            return [
                Annotation(
                    .warning, title: "\(run.branch): not tested", message: run.note ?? "unknown reason")
            ]
        }
        return run.results.flatMap { entry -> [Annotation] in
            let level: Annotation.Level
            switch entry.verdict {
            case .newFailure: level = .error
            case .stillFailing, .flaky: level = .warning
            case .passed, .fixed, .knownIssue, .infrastructure, .notApplicable: return []
            }
            return annotations(of: entry, in: run, record, level)
        }
    }

    private static func annotations(
        of entry: ScenarioEntry, in run: BranchRun, _ record: RunRecord?, _ level: Annotation.Level
    ) -> [Annotation] {
        let title = "\(run.branch): \(NightStyle.title(entry)), \(entry.verdict.rawValue)"
        let more = entry.culprit.map { "\n\($0)" } ?? ""
        if entry.scenario.hasPrefix("(") {
            let printed =
                entry.scenario == ScenarioEntry.booting
                ? record?.strayReports.first ?? record?.scenarios.lazy.compactMap(\.console).first : nil
            let text = printed ?? entry.reason ?? entry.outcome.rawValue
            let report = RunAnnotations.report(text, title: title, level: level)
            return [
                Annotation(
                    level, file: report.file, line: report.line, title: title, message: report.message + more)
            ]
        }
        let result = record?.scenarios.first { $0.name == entry.scenario }
        let found = result.map { RunAnnotations.annotations(of: $0, level: level) } ?? []
        guard !found.isEmpty else {
            return [Annotation(level, title: title, message: (entry.reason ?? "no reason is known") + more)]
        }
        return found.map { item in
            Annotation(
                level, file: item.file, line: item.line, title: title, message: item.message + more)
        }
    }
}
