// SPDX-License-Identifier: Apache-2.0

package import Mutation

/// The bench as JUnit XML: a mutant that lives is a failure, one that could not be tried an error.
package struct MutationJUnit: Sendable {
    private let record: MutationRecord

    package init(_ record: MutationRecord) {
        self.record = record
    }

    /// The document, with the XML declaration.
    package var text: String {
        func count(_ outcomes: MutantOutcome...) -> String {
            "\(record.results.count { outcomes.contains($0.outcome) })"
        }
        let counts: [(String, String)] = [
            ("tests", "\(record.results.count)"), ("failures", count(.survived)),
            ("errors", count(.unbuildable, .hostFailed)), ("skipped", count(.equivalent)),
            ("time", "\(record.seconds)"),
        ]
        let suite = Element(
            "testsuite", [("name", record.image)] + counts, children: record.results.map(testCase))
        let root = Element("testsuites", [("name", "kcovlab mutants")] + counts, children: [suite])
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.text(indent: "")
    }

    private func testCase(_ result: MutantResult) -> Element {
        let remarks = ([result.mutant.summary] + result.remarks).joined(separator: "\n")
        let children: [Element] =
            switch result.outcome {
            case .killed: []
            case .survived:
                [
                    Element(
                        "failure", [("message", result.mutant.summary), ("type", "survived")], text: remarks)
                ]
            case .unbuildable, .hostFailed:
                [
                    Element(
                        "error",
                        [("message", result.mutant.summary), ("type", result.outcome.rawValue)], text: remarks
                    )
                ]
            case .equivalent:
                [Element("skipped", [("message", result.mutant.equivalent ?? "equivalent")])]
            }
        return Element(
            "testcase",
            [
                ("classname", record.image), ("name", result.mutant.name),
                ("time", String(result.seconds)),
            ], children: children)
    }
}
