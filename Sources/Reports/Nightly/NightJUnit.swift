// SPDX-License-Identifier: Apache-2.0

package import History
import Lab

/// A night as JUnit XML: a suite for each branch; what fails is a failure, what was not learnt an error.
package struct NightJUnit: Sendable {
    private let standing: NightStanding

    package init(_ standing: NightStanding) {
        self.standing = standing
    }

    package var text: String {
        let suites = standing.runs.map(suite)
        let entries = standing.runs.flatMap(\.results)
        let untested = standing.runs.count { $0.state == .infrastructure }
        let root = Element(
            "testsuites", [("name", "kcovlab nightly")] + counts(entries, untested: untested),
            children: suites)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.text(indent: "")
    }

    private func suite(_ run: BranchRun) -> Element {
        var cases = run.results.map { testCase($0, of: run) }
        var untested = 0
        if run.state == .infrastructure {
            untested = 1
            let error = Element(
                "error",
                [("message", run.note ?? "not tested"), ("type", NightVerdict.infrastructure.rawValue)])
            cases.append(
                Element(
                    "testcase", [("classname", run.branch), ("name", "(fetch and test)")], children: [error]))
        }
        let properties = [("commit", run.commit), ("subject", run.subject), ("note", run.note)].compactMap {
            name, value in value.map { Element("property", [("name", name), ("value", $0)]) }
        }
        return Element(
            "testsuite", [("name", run.branch)] + counts(run.results, untested: untested),
            children: (properties.isEmpty ? [] : [Element("properties", [], children: properties)]) + cases)
    }

    private func testCase(_ entry: ScenarioEntry, of run: BranchRun) -> Element {
        let message = [entry.reason, entry.culprit].compactMap(\.self).joined(separator: "; ")
        let attributes = [("message", message.isEmpty ? entry.outcome.rawValue : message)]
        let type = [("type", entry.verdict.rawValue)]
        let children: [Element] =
            switch Self.kind(entry.verdict) {
            case .passed: []
            case .failure: [Element("failure", attributes + type)]
            case .error: [Element("error", attributes + type)]
            case .skipped: [Element("skipped", attributes)]
            }
        return Element(
            "testcase",
            [
                ("classname", run.branch), ("name", NightStyle.title(entry)),
                ("time", "\((max(0, entry.seconds) * 1000).rounded() / 1000)"),
            ], children: children)
    }

    private enum Kind { case passed, failure, error, skipped }

    private static func kind(_ verdict: NightVerdict) -> Kind {
        switch verdict {
        case .passed, .fixed: .passed
        case .newFailure, .stillFailing, .flaky: .failure
        case .infrastructure: .error
        case .knownIssue, .notApplicable: .skipped
        }
    }

    private func counts(_ entries: [ScenarioEntry], untested: Int) -> [(String, String)] {
        func count(_ kind: Kind) -> Int { entries.count { Self.kind($0.verdict) == kind } }
        return [
            ("tests", "\(entries.count + untested)"), ("failures", "\(count(.failure))"),
            ("errors", "\(count(.error) + untested)"), ("skipped", "\(count(.skipped))"),
        ]
    }
}
