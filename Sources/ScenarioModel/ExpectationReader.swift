// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Diagnostics

/// Reads what is promised about one buffer.
struct ExpectationReader {
    let conditions: ConditionReader
    let collector: DiagnosticCollector

    func promises(for buffer: String, _ document: YAMLDocument) -> [BufferPromise] {
        guard let items = document.sequence, !items.isEmpty else {
            collector.report(
                "expected a list of expectations, found \(document.kind)", at: document.location,
                suggestion: "write at least `- unchecked: REASON`")
            return []
        }
        return items.flatMap { item -> [BufferPromise] in
            guard let entries = item.mapping else {
                collector.report("an expectation is a mapping, found \(item.kind)", at: item.location)
                return []
            }
            let condition =
                entries.first { $0.key == "when" }.map { conditions.condition($0.value) } ?? .always
            let forms = entries.filter { $0.key != "when" }
            if forms.count != 1 {
                collector.report(
                    "an expectation has one form, found \(forms.count)", at: item.location,
                    suggestion: "write each as its own list item")
            }
            return forms.flatMap { expectations($0) }.map {
                BufferPromise(
                    buffer: buffer, expectation: $0, condition: condition, location: item.location)
            }
        }
    }

    private func expectations(_ entry: YAMLDocument.Entry) -> [CoverageExpectation] {
        let value = entry.value
        switch entry.key {
        case "present": return functions(value).map { [.present($0)] } ?? []
        case "absent": return functions(value).map { [.absent($0)] } ?? []
        case "order": return functions(value).map { [.order($0)] } ?? []
        case "calls": return calls(value)
        case "count": return count(value, allowsZero: true).map { [.count($0)] } ?? []
        case "repeats": return number(value).map { [.repeats(times: $0)] } ?? []
        case "within": return value.words(reportingTo: collector).map { [.within($0)] } ?? []
        case "corrupt": return reason(value).map { [.corrupt(reason: $0)] } ?? []
        case "unchecked": return reason(value).map { [.unchecked(reason: $0)] } ?? []
        case "exactly": return exactly(value).map { [$0] } ?? []
        case "deterministic": return deterministic(value).map { [$0] } ?? []
        case "in-a-row": return row(value).map { [$0] } ?? []
        case "sections": return sections(value).map { [$0] } ?? []
        case "comparisons": return comparisons(value).map { [$0] } ?? []
        case "files": return places(value).map { [.files(present: $0, absent: $1)] } ?? []
        case "lines": return lines(value).map { [$0] } ?? []
        default:
            collector.report(
                "no expectation is called '\(entry.key)'", at: entry.keyLocation,
                suggestion: Suggestion.forUnknown(
                    entry.key, among: ExpectationForm.all.map(\.name) + ["when"]))
            return []
        }
    }

    private func exactly(_ document: YAMLDocument) -> CoverageExpectation? {
        var reader = MappingReader(document, what: "'exactly'", collector: collector)
        let times = reader.required("times").flatMap(number)
        let including = reader.required("including").flatMap(functions)
        reader.finish()
        guard let times, let including else { return nil }
        return .exactly(times: times, including: including)
    }

    private func deterministic(_ document: YAMLDocument) -> CoverageExpectation? {
        var reader = MappingReader(document, what: "'deterministic'", collector: collector)
        let times = reader.required("times").flatMap(number)
        let including = reader.required("including").flatMap(functions)
        let score = reader.required("score")
        reader.finish()
        guard let percent = score?.integer, percent <= 100 else {
            if let score {
                collector.report(
                    "'score' is a percentage from 0 to 100, found \(score.kind)", at: score.location)
            }
            return nil
        }
        guard let times, let including else { return nil }
        return .deterministic(times: times, including: including, score: percent)
    }

    private func sections(_ document: YAMLDocument) -> CoverageExpectation? {
        var reader = MappingReader(document, what: "'sections'", collector: collector)
        let start = reader.requiredText("start")
        let count = reader.required("count").flatMap { self.count($0, allowsZero: false) }
        let alike = reader.optional("alike").map(flag) ?? true
        reader.finish()
        guard let start, let count, let alike else { return nil }
        return .sections(startingWith: FunctionChoice(spoken: start), count: count, alike: alike)
    }

    private func row(_ document: YAMLDocument) -> CoverageExpectation? {
        var reader = MappingReader(document, what: "'in-a-row'", collector: collector)
        let function = reader.requiredText("function")
        let times = reader.required("times").flatMap { count($0, allowsZero: false) }
        reader.finish()
        guard let function, let times else { return nil }
        return .inARow(FunctionChoice(spoken: function), times: times)
    }

    private func comparisons(_ document: YAMLDocument) -> CoverageExpectation? {
        var reader = MappingReader(document, what: "'comparisons'", collector: collector)
        let operand = reader.integer("operand")
        let other = reader.integer("other")
        let constant = reader.optional("constant").flatMap(flag)
        let size = reader.optional("size")
        let function = reader.text("function").map(FunctionChoice.init(spoken:))
        let range = reader.optional("count").map { count($0, allowsZero: false) } ?? 1...UInt64.max
        reader.finish()
        if let size, ![1, 2, 4, 8].contains(size.integer) {
            collector.report("'size' is 1, 2, 4 or 8 bytes, found \(size.kind)", at: size.location)
        }
        guard let range else { return nil }
        let pattern = ComparisonPattern(
            operand: operand, other: other, isConstant: constant, size: size?.integer.map { Int($0 & 15) },
            function: function)
        return .comparisons(pattern, count: range)
    }

    private func calls(_ document: YAMLDocument) -> [CoverageExpectation] {
        guard let entries = document.mapping, !entries.isEmpty else {
            collector.report(
                "expected functions with their number of calls, found \(document.kind)",
                at: document.location,
                suggestion: "write calls: {FUNCTION: NUMBER}")
            return []
        }
        return entries.compactMap { entry in
            let function = FunctionChoice(spoken: entry.key)
            if entry.value.mapping?.contains(where: { $0.key == "of" }) == true {
                var reader = MappingReader(entry.value, what: "a multiple of calls", collector: collector)
                let times = reader.required("times").flatMap(number)
                let other = reader.requiredText("of").map(FunctionChoice.init(spoken:))
                reader.finish()
                guard let times, let other else { return nil }
                return .calls(function, .multiple(times, of: other))
            }
            return count(entry.value, allowsZero: false).map { .calls(function, .within($0)) }
        }
    }

    /// A number, or bounds that exclude zero: what may be nothing proves nothing.
    private func count(_ document: YAMLDocument, allowsZero: Bool) -> ClosedRange<UInt64>? {
        if let number = document.integer {
            guard number > 0 || allowsZero else {
                collector.report("zero calls", at: document.location, suggestion: "write `absent` instead")
                return nil
            }
            return number...number
        }
        var reader = MappingReader(document, what: "a number or bounds", collector: collector)
        let low = reader.integer("at-least") ?? 1
        let high = reader.integer("at-most") ?? .max
        reader.finish()
        guard document.mapping?.isEmpty == false else { return nil }
        guard low > 0, low <= high else {
            collector.report(
                "bounds from \(low) to \(high)", at: document.location,
                suggestion: "what may be nothing proves nothing: start at 1, or write exactly 0")
            return nil
        }
        return low...high
    }

    private func number(_ document: YAMLDocument) -> UInt64? {
        if let number = document.integer, number > 0 { return number }
        collector.report("expected a number from 1, found \(document.kind)", at: document.location)
        return nil
    }

    private func flag(_ document: YAMLDocument) -> Bool? {
        switch document.scalar {
        case "true": return true
        case "false": return false
        default:
            collector.report("expected true or false, found \(document.kind)", at: document.location)
            return nil
        }
    }

    private func reason(_ document: YAMLDocument) -> String? {
        if let text = document.scalar, !text.isEmpty { return text }
        collector.report("expected the reason in words, found \(document.kind)", at: document.location)
        return nil
    }

    private func functions(_ document: YAMLDocument) -> [FunctionChoice]? {
        document.words(reportingTo: collector)?.map(FunctionChoice.init(spoken:))
    }

    private func places(_ document: YAMLDocument) -> (present: [String], absent: [String])? {
        var reader = MappingReader(document, what: "'present' and 'absent'", collector: collector)
        let present = reader.texts("present").map(\.text)
        let absent = reader.texts("absent").map(\.text)
        reader.finish()
        guard !present.isEmpty || !absent.isEmpty else {
            collector.report("neither 'present' nor 'absent' is written", at: document.location)
            return nil
        }
        return (present, absent)
    }

    private func lines(_ document: YAMLDocument) -> CoverageExpectation? {
        guard let places = places(document) else { return nil }
        for line in places.present + places.absent {
            let parts = line.split(separator: ":")
            guard parts.count != 2 || Int(parts[1]) == nil else { continue }
            collector.report("a line is FILE:NUMBER, found '\(line)'", at: document.location)
        }
        return .lines(present: places.present, absent: places.absent)
    }
}
