// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Diagnostics
import KcovModel

/// Reads the steps of one task.
struct StepReader {
    /// The keys beside the verb, with what each says; the reference and the schema show them.
    static let modifiers: [(name: String, about: String)] = [
        (
            "expect",
            "What the call returns: an errno, a number, `success` or `any`, for all kernels or by condition."
        ),
        ("times", "How often the step runs in a row; default 1."),
        (
            "await",
            "A buffer whose count must have grown, or that must be full of program counters, before the next step; after each of `times`."
        ),
        ("as", "A name for the result, for `$name` in later steps."),
        ("when", "The step exists only on kernels where this condition holds."),
        ("do", "The steps inside, for verbs that have any."),
    ]

    let values: ValueReader
    let conditions: ConditionReader
    let collector: DiagnosticCollector

    func steps(_ document: YAMLDocument, names: inout ScenarioNames) -> [ScenarioStep] {
        guard let items = document.sequence, !items.isEmpty else {
            collector.report("expected a list of steps, found \(document.kind)", at: document.location)
            return []
        }
        return items.compactMap { step($0, names: &names) }
    }

    private func step(_ item: YAMLDocument, names: inout ScenarioNames) -> ScenarioStep? {
        if let word = item.scalar {
            guard let verb = verb(word, at: item.location) else { return nil }
            return build(verb, argument: nil, item: item, entries: [], names: &names)
        }
        guard let entries = item.mapping else {
            collector.report("a step is a verb, found \(item.kind)", at: item.location)
            return nil
        }
        let modifiers = Set(Self.modifiers.map(\.name))
        guard let head = entries.first(where: { !modifiers.contains($0.key) }) else {
            collector.report("the step has no verb", at: item.location)
            return nil
        }
        guard let verb = verb(head.key, at: head.keyLocation) else { return nil }
        for extra in entries where !modifiers.contains(extra.key) && extra.key != head.key {
            let isParameter = verb.parameter(extra.key) != nil
            collector.report(
                "a step has one verb; '\(extra.key)' stands beside '\(verb.name)'", at: extra.keyLocation,
                suggestion: isParameter
                    ? "write \(verb.name): {\(verb.parameters[0].name): ..., \(extra.key): ...}"
                    : Suggestion.forUnknown(extra.key, among: modifiers.sorted()))
        }
        return build(verb, argument: head.value, item: item, entries: entries, names: &names)
    }

    private func verb(_ word: String, at location: SourceLocation) -> Verb? {
        if let verb = StepCatalog.verb(word) ?? StimulusCatalog.verb(word)?.verb { return verb }
        let all = StepCatalog.verbs + StimulusCatalog.kinds.flatMap(\.verbs)
        collector.report(
            "no step is called '\(word)'", at: location,
            suggestion: Suggestion.forUnknown(word, among: all.map(\.name)))
        return nil
    }

    private func build(
        _ verb: Verb, argument: YAMLDocument?, item: YAMLDocument, entries: [YAMLDocument.Entry],
        names: inout ScenarioNames
    ) -> ScenarioStep? {
        func modifier(_ name: String) -> YAMLDocument? { entries.first { $0.key == name }?.value }
        let (arguments, words) = arguments(argument, of: verb, at: item.location, names: &names)
        let expectation = modifier("expect").flatMap {
            conditions.choice($0, isComplete: true, read: self.expectation)
        }
        let awaits = modifier("await").flatMap { document in
            conditions.choice(document, isComplete: false) { text($0, key: "await") }
        }
        for buffer in awaits?.cases.map(\.value) ?? [] {
            names.uses.append(
                .init(wanted: .buffer, name: buffer, location: modifier("await")?.location ?? item.location))
        }
        let result = modifier("as").flatMap { text($0, key: "as") }
        if let result { values.declare(result, in: &names.results, at: item.location) }
        let times = modifier("times").flatMap { count($0, key: "times") } ?? 1
        if times > 1,
            verb.hasBody || verb.parameters.contains(where: { $0.name == "as" }) || verb.name == "open"
        {
            collector.report(
                "'\(verb.name)' cannot run several times in a row", at: item.location,
                suggestion: verb.hasBody ? "multiply its count" : nil)
        }
        var body: [ScenarioStep] = []
        if let document = modifier("do") {
            if verb.hasBody {
                body = steps(document, names: &names)
            } else {
                collector.report("'\(verb.name)' has no steps inside", at: document.location)
            }
        } else if verb.hasBody {
            collector.report("'\(verb.name)' needs steps under do:", at: item.location)
        }
        let repetition = times > 1 ? " x \(times)" : ""
        return ScenarioStep(
            verb: verb.name, arguments: arguments, times: times,
            expectation: expectation ?? ByKernel(.success),
            awaits: awaits ?? ByKernel(cases: []), keepsResultAs: result,
            condition: modifier("when").map(conditions.condition) ?? .always, body: body,
            text: ([verb.name] + words).joined(separator: " ") + repetition, location: item.location)
    }

    private func arguments(
        _ document: YAMLDocument?, of verb: Verb, at location: SourceLocation, names: inout ScenarioNames
    ) -> (arguments: [String: ScenarioArgument], words: [String]) {
        var given: [(parameter: Parameter, value: YAMLDocument)] = []
        if let entries = document?.mapping {
            for entry in entries {
                if let parameter = verb.parameter(entry.key) {
                    given.append((parameter, entry.value))
                } else {
                    collector.report(
                        "'\(verb.name)' has no parameter '\(entry.key)'", at: entry.keyLocation,
                        suggestion: Suggestion.forUnknown(entry.key, among: verb.parameters.map(\.name)))
                }
            }
        } else if let document, document.scalar != "" {
            if let primary = verb.parameters.first {
                given.append((primary, document))
            } else {
                collector.report(
                    "'\(verb.name)' takes nothing, found \(document.kind)", at: document.location)
            }
        }
        var arguments: [String: ScenarioArgument] = [:]
        var words: [String] = []
        for (parameter, value) in given {
            guard let (argument, text) = values.read(value, for: parameter, of: verb, names: &names) else {
                continue
            }
            arguments[parameter.name] = argument
            words.append(parameter.name == verb.parameters.first?.name ? text : "\(parameter.name)=\(text)")
        }
        for parameter in verb.parameters where parameter.isRequired {
            guard !given.contains(where: { $0.parameter.name == parameter.name }) else { continue }
            collector.report("'\(verb.name)' needs '\(parameter.name)'", at: location)
        }
        if verb.name == "map", arguments["as"] == nil, case .value(.text(let name)) = arguments["kcov"] {
            values.declare(name, in: &names.buffers, at: location)
        }
        return (arguments, words)
    }

    private func expectation(_ document: YAMLDocument) -> StepExpectation? {
        switch document.scalar {
        case "any": return .anything
        case "success": return .success
        case .some(let word):
            if let number = document.integer { return .value(Int64(bitPattern: number)) }
            if let errno = Errno(name: word) { return .errno(errno.rawValue) }
            collector.report(
                "no error number is called '\(word)'", at: document.location,
                suggestion: Suggestion.forUnknown(word, among: Errno.names)
                    ?? "write an errno such as EBUSY, a number, success or any")
        case nil:
            collector.report(
                "expected an errno, a number, success or any, found \(document.kind)", at: document.location)
        }
        return nil
    }

    private func text(_ document: YAMLDocument, key: String) -> String? {
        if let text = document.scalar, !text.isEmpty { return text }
        collector.report("'\(key)' takes a word, found \(document.kind)", at: document.location)
        return nil
    }

    private func count(_ document: YAMLDocument, key: String) -> UInt64? {
        if let number = document.integer, number > 0 { return number }
        collector.report("'\(key)' takes a number from 1, found \(document.kind)", at: document.location)
        return nil
    }
}
