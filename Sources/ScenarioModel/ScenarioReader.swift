// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import Diagnostics
import KcovModel

/// Reads one scenario file completely, collecting every mistake.
struct ScenarioReader {
    /// The keys of a scenario, with what each says; the reference and the schema show them.
    static let keys: [(name: String, about: String)] = [
        ("name", "A short word with dashes; how the command line and reports call the scenario."),
        ("id", "The catalogue id, such as P03."),
        ("about", "What it shows, one sentence."),
        ("promises", "The promises of kcov that it checks, by their names in docs/promises.md."),
        ("contract", "The feature whose claim decides which of two contracts is checked."),
        ("requires", "What a kernel must claim for the scenario to say anything about it; see conditions."),
        (
            "known-issue",
            "What is wrong with every kernel so far: the scenario shows that it still is, and never counts as a failure."
        ),
        (
            "kcov",
            "Descriptors, with their size in words, that are opened, initialised and mapped before the first step."
        ),
        (
            "stimuli",
            "Devices that are set up before the first step: a kind, or a mapping with `kind` and its parameters."
        ),
        (
            "limits",
            "Seconds of guest time: `step` for one wait, default 5; `program` for everything, default 30."
        ),
        ("tasks", "The steps of each thread or process; `main` starts by itself."),
        ("expect", "For each buffer what is promised about its contents."),
        (
            "build",
            "What is promised about the built kernel, instead of `tasks`: such a scenario boots nothing."
        ),
        ("console", "Kernel reports provoked on purpose: `kind`, `contains`, `reason`, and `when`."),
    ]

    /// The keys that say something about a guest.
    private static let keysOfPrograms = ["kcov", "stimuli", "limits", "tasks", "expect", "console"]

    private let collector: DiagnosticCollector
    private let file: String

    /// Reads a scenario.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: The name for diagnostics.
    /// - Returns: The scenario, which says something about every kernel it applies to.
    /// - Throws: `InputError` with everything that is wrong.
    static func read(text: String, file: String) throws(InputError) -> Scenario {
        let document = try YAMLDocument(text: text, file: file)
        let collector = DiagnosticCollector()
        let scenario = Self(collector: collector, file: file).scenario(document)
        try collector.throwIfAny()
        return scenario
    }

    private func scenario(_ document: YAMLDocument) -> Scenario {
        var reader = MappingReader(document, what: "a scenario", collector: collector)
        var names = ScenarioNames()
        let name = reader.required("name").flatMap(plainName) ?? ""
        let id = reader.optional("id").flatMap(catalogueID)
        let about = reader.requiredText("about") ?? ""
        let kernelPromises = kernelPromises(reader.texts("promises"))
        let knownIssue = reader.text("known-issue")
        let contract = reader.optional("contract").flatMap(self.contract)
        let conditions = ConditionReader(contract: contract, collector: collector)
        let requires = reader.optional("requires").map(conditions.condition) ?? .always
        let descriptors = descriptors(reader.optional("kcov"), names: &names)
        let stimuli = stimuli(reader.optional("stimuli"), names: &names)
        let limits = limits(reader.optional("limits"))
        let build = reader.optional("build")
        let tasks = tasks(
            build == nil ? reader.required("tasks") : reader.optional("tasks"), conditions: conditions,
            names: &names)
        let promises = promises(reader.optional("expect"), conditions: conditions, names: &names)
        let reports = reports(reader.optional("console"), conditions: conditions)
        reader.finish()
        names.verify(into: collector)
        if build != nil {
            for entry in document.mapping ?? [] where Self.keysOfPrograms.contains(entry.key) {
                collector.report(
                    "'\(entry.key)' is for scenarios that boot a kernel, and 'build' is for those that do not",
                    at: entry.keyLocation, suggestion: "write two scenarios")
            }
        }
        let scenario = Scenario(
            file: file, name: name, id: id, about: about, kernelPromises: kernelPromises,
            knownIssue: knownIssue, contract: contract,
            requires: ImpliedCondition(requires: requires, tasks: tasks, promises: promises).condition,
            descriptors: descriptors, stimuli: stimuli, tasks: tasks, promises: promises,
            build: build.map(BuildReader(conditions: conditions, collector: collector).promises) ?? [],
            reports: reports, limits: limits)
        if collector.diagnostics.isEmpty {
            ScenarioSoundness(scenario: scenario, location: document.location, collector: collector).verify()
        }
        return scenario
    }

    private func plainName(_ document: YAMLDocument) -> String? {
        let text = document.scalar ?? ""
        let allowed = text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
        if allowed, text.first?.isLetter == true { return text }
        collector.report(
            "a name is a word of a to z, 0 to 9 and dashes, found \(document.kind)", at: document.location)
        return nil
    }

    private func catalogueID(_ document: YAMLDocument) -> String? {
        if let text = document.scalar, CatalogueOrder(id: text) != nil { return text }
        collector.report(
            "a catalogue id is one of the letters \(CatalogueOrder.groups) and two digits, found \(document.kind)",
            at: document.location)
        return nil
    }

    private func kernelPromises(_ names: [(text: String, location: SourceLocation)]) -> [KernelPromise] {
        var result: [KernelPromise] = []
        for (name, location) in names {
            guard let promise = KernelPromise.all.first(where: { $0.name == name }) else {
                collector.report(
                    "no promise is called '\(name)'", at: location,
                    suggestion: Suggestion.forUnknown(name, among: KernelPromise.all.map(\.name))
                        ?? "docs/promises.md lists them")
                continue
            }
            if result.contains(promise) {
                collector.report("the promise '\(name)' is named twice", at: location)
            } else {
                result.append(promise)
            }
        }
        return result
    }

    private func contract(_ document: YAMLDocument) -> Contract? {
        let known = Contract.all
        if let found = known.first(where: { $0.feature == document.scalar }) { return found }
        collector.report(
            "no contract hangs on \(document.kind)", at: document.location,
            suggestion: Suggestion.forUnknown(document.scalar ?? "", among: known.map(\.feature)))
        return nil
    }

    private func entries(_ document: YAMLDocument?, _ what: String) -> [YAMLDocument.Entry] {
        guard let document else { return [] }
        guard let entries = document.mapping, !entries.isEmpty else {
            collector.report("'\(what)' is a mapping, found \(document.kind)", at: document.location)
            return []
        }
        return entries
    }

    private func descriptors(_ document: YAMLDocument?, names: inout ScenarioNames) -> [Descriptor] {
        entries(document, "kcov").compactMap { entry in
            guard let words = entry.value.integer, (2...KcovLimit.words).contains(words) else {
                collector.report(
                    "a buffer has 2 to \(KcovLimit.words) words, found \(entry.value.kind)",
                    at: entry.value.location)
                return nil
            }
            if words % 512 != 0 {
                collector.report(
                    "\(words) words cannot be mapped, only multiples of 512 can", at: entry.value.location,
                    suggestion: "write \((words / 512 + 1) * 512), or use the steps open, init and map")
            }
            names.descriptors.append(entry.key)
            names.buffers.append(entry.key)
            return Descriptor(name: entry.key, words: words)
        }
    }

    private func stimuli(_ document: YAMLDocument?, names: inout ScenarioNames) -> [StimulusRequest] {
        entries(document, "stimuli").compactMap { entry in
            let fields = entry.value.mapping
            let kindDocument = fields == nil ? entry.value : fields?.first { $0.key == "kind" }?.value
            guard let word = kindDocument?.scalar, let kind = StimulusCatalog.kind(word) else {
                collector.report(
                    "no kind of stimulus is called \(kindDocument?.kind ?? "nothing")",
                    at: entry.value.location,
                    suggestion: Suggestion.forUnknown(
                        kindDocument?.scalar ?? "", among: StimulusCatalog.kinds.map(\.name)))
                return nil
            }
            if names.descriptors.contains(entry.key) {
                collector.report("the name '\(entry.key)' is taken", at: entry.keyLocation)
            }
            names.stimuli[entry.key] = kind
            let verb = Verb(kind.name, kind.about, kind.parameters)
            var arguments: [String: Value] = [:]
            for field in fields ?? [] where field.key != "kind" {
                guard let parameter = verb.parameter(field.key) else {
                    collector.report(
                        "'\(kind.name)' has no parameter '\(field.key)'", at: field.keyLocation,
                        suggestion: Suggestion.forUnknown(field.key, among: kind.parameters.map(\.name)))
                    continue
                }
                let values = ValueReader(collector: collector)
                if case .value(let value) = values.read(field.value, for: parameter, of: verb, names: &names)?
                    .argument
                {
                    arguments[field.key] = value
                }
            }
            for parameter in kind.parameters where parameter.isRequired && arguments[parameter.name] == nil {
                collector.report("'\(kind.name)' needs '\(parameter.name)'", at: entry.value.location)
            }
            return StimulusRequest(name: entry.key, kind: kind.name, arguments: arguments)
        }
    }

    private func limits(_ document: YAMLDocument?) -> Scenario.Limits {
        var limits = Scenario.Limits()
        guard let document else { return limits }
        var reader = MappingReader(document, what: "'limits'", collector: collector)
        func milliseconds(_ key: String) -> UInt32? {
            guard let value = reader.optional(key) else { return nil }
            if let seconds = value.integer, (1...3600).contains(seconds) { return UInt32(seconds) * 1000 }
            collector.report("a limit is 1 to 3600 seconds, found \(value.kind)", at: value.location)
            return nil
        }
        limits.step = milliseconds("step") ?? limits.step
        limits.program = milliseconds("program") ?? limits.program
        reader.finish()
        return limits
    }

    private func tasks(
        _ document: YAMLDocument?, conditions: ConditionReader, names: inout ScenarioNames
    ) -> [ScenarioTask] {
        let entries = entries(document, "tasks")
        names.tasks = entries.map(\.key)
        if document != nil, !names.tasks.contains("main") {
            collector.report(
                "no task is called 'main'",
                at: entries.first?.keyLocation ?? document?.location
                    ?? SourceLocation(file: file, line: 1, column: 1))
        }
        let reader = StepReader(
            values: ValueReader(collector: collector), conditions: conditions, collector: collector)
        let tasks = entries.map { ScenarioTask(name: $0.key, steps: reader.steps($0.value, names: &names)) }
        return tasks.filter { $0.name == "main" } + tasks.filter { $0.name != "main" }
    }

    private func promises(
        _ document: YAMLDocument?, conditions: ConditionReader, names: inout ScenarioNames
    ) -> [BufferPromise] {
        let reader = ExpectationReader(conditions: conditions, collector: collector)
        return entries(document, "expect").flatMap { entry in
            names.uses.append(.init(wanted: .contents, name: entry.key, location: entry.keyLocation))
            return reader.promises(for: entry.key, entry.value)
        }
    }

    private func reports(_ document: YAMLDocument?, conditions: ConditionReader) -> [ProvokedReport] {
        guard let document else { return [] }
        guard let items = document.sequence else {
            collector.report("'console' is a list, found \(document.kind)", at: document.location)
            return []
        }
        return items.compactMap { item in
            var reader = MappingReader(item, what: "a provoked report", collector: collector)
            let kind = reader.requiredText("kind")
            let contains = reader.requiredText("contains")
            let reason = reader.requiredText("reason")
            let condition = reader.optional("when").map(conditions.condition) ?? .always
            reader.finish()
            guard let kind, let contains, let reason else { return nil }
            return ProvokedReport(
                report: ExpectedReport(kind: kind, contains: contains, reason: reason), condition: condition)
        }
    }
}
