// SPDX-License-Identifier: Apache-2.0

package import Lab

/// A run as JUnit XML: a verdict against the kernel is a failure, a broken host is an error.
package struct JUnitReport: Sendable {
    private let record: RunRecord

    package init(_ record: RunRecord) {
        self.record = record
    }

    /// The document, with the XML declaration.
    package var text: String {
        let cases = record.scenarios.map(testCase) + strayCase
        let bad = record.scenarios.map(\.outcome)
        let failures =
            bad.count { [.failed, .flaky, .kernelFailed].contains($0) } + strayCase.count
        let errors = bad.count { $0 == .hostFailed }
        let skipped = bad.count { [.skipped, .notApplicable, .knownIssue].contains($0) }
        let counts: [(String, String)] = [
            ("tests", "\(cases.count)"), ("failures", "\(failures)"), ("errors", "\(errors)"),
            ("skipped", "\(skipped)"), ("time", seconds(record.seconds)),
        ]
        let suite = Element(
            "testsuite", [("name", record.kernel.image)] + counts, children: [properties] + cases)
        let root = Element("testsuites", [("name", "kcovlab")] + counts, children: [suite])
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.text(indent: "")
    }

    private var properties: Element {
        let kernel = record.kernel
        let values =
            [
                ("image", kernel.image), ("release", kernel.release), ("key", kernel.key),
                ("features", kernel.features.joined(separator: " ")), ("accelerator", record.accelerator),
                ("acceleratorReason", record.acceleratorReason), ("connection", record.connection),
                ("replay", record.replay),
            ] + (record.brokenClaim.map { [("brokenClaim", $0.sentence)] } ?? [])
        return Element(
            "properties", [],
            children: values.map { Element("property", [("name", $0.0), ("value", $0.1)]) })
    }

    private func testCase(_ result: ScenarioResult) -> Element {
        let name = [result.id, result.name].compactMap(\.self).joined(separator: " ")
        var children: [Element] = []
        if let contract = result.contract {
            let property = Element("property", [("name", "contract"), ("value", contract)])
            children.append(Element("properties", [], children: [property]))
        }
        if let element = elementName(for: result.outcome) {
            let message = result.reason ?? result.outcome.rawValue
            var attributes = [("message", message)]
            if element != "skipped" { attributes.append(("type", result.outcome.rawValue)) }
            let detail = ScenarioText(style: .plain).lines(result).joined(separator: "\n")
            children.append(Element(element, attributes, text: element == "skipped" ? nil : detail))
        }
        if let console = result.console {
            let tail = PlainText.tail(console, lines: 200).joined(separator: "\n")
            children.append(Element("system-out", [], text: tail))
        }
        return Element(
            "testcase",
            [("classname", record.kernel.image), ("name", name), ("time", seconds(result.seconds))],
            children: children)
    }

    private var strayCase: [Element] {
        guard !record.strayReports.isEmpty else { return [] }
        let reports = record.strayReports.joined(separator: "\n")
        let failure = Element(
            "failure", [("message", "kernel report outside any scenario"), ("type", "kernel-failed")],
            text: reports)
        return [
            Element(
                "testcase",
                [("classname", record.kernel.image), ("name", "no stray kernel report"), ("time", "0.000")],
                children: [failure])
        ]
    }

    private func elementName(for outcome: Outcome) -> String? {
        switch outcome {
        case .passed: nil
        case .failed, .flaky, .kernelFailed: "failure"
        case .hostFailed: "error"
        case .knownIssue, .notApplicable, .skipped: "skipped"
        }
    }

    private func seconds(_ value: Double) -> String {
        let thousandths = Int((max(0, min(value, 1e9)) * 1000).rounded())
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
