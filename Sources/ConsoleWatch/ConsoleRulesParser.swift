// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Reads the keys of a rules file and reports every mistake.
struct ConsoleRulesParser {
    private(set) var kinds: [ReportKind] = []
    private(set) var tolerances: [Tolerance] = []
    private(set) var preludes: [LinePattern] = []
    private(set) var trailers: [LinePattern] = []
    private(set) var phases: [(pattern: LinePattern, phase: ConsolePhase)] = []
    private let collector: DiagnosticCollector

    init(collector: DiagnosticCollector) {
        self.collector = collector
    }

    mutating func read(_ document: YAMLDocument) {
        var reader = MappingReader(document, what: "a file of console rules", collector: collector)
        if let list = reader.required("kinds") {
            for item in items(list, what: "kinds") { readKind(item) }
        }
        if let list = reader.optional("tolerated") {
            for item in list.sequence ?? [] { readTolerance(item) }
            if list.sequence == nil { collector.report("'tolerated' takes a list", at: list.location) }
        }
        preludes = patterns("preludes", &reader)
        trailers = patterns("trailers", &reader)
        if let mapping = reader.required("phases") { readPhases(mapping) }
        reader.finish()
    }

    private mutating func readKind(_ document: YAMLDocument) {
        var reader = MappingReader(document, what: "a kind of report", collector: collector)
        let name = reader.requiredText("name")
        let fatal = reader.text("fatal") ?? "false"
        if !["true", "false"].contains(fatal) {
            collector.report("'fatal' takes true or false, found '\(fatal)'", at: document.location)
        }
        let starts = patterns("starts", &reader)
        let exceptions = patterns("except", &reader)
        let ends = patterns("ends", &reader)
        let absorbs = reader.texts("absorbs").map(\.text)
        reader.finish()
        guard let name else { return }
        if starts.isEmpty {
            collector.report("the kind '\(name)' has no pattern in 'starts'", at: document.location)
        }
        if kinds.contains(where: { $0.name == name }) {
            collector.report("the kind '\(name)' is written twice", at: document.location)
        }
        kinds.append(
            ReportKind(
                name: name, isFatal: fatal == "true", starts: starts, exceptions: exceptions, ends: ends,
                absorbs: Set(absorbs)))
    }

    private mutating func readTolerance(_ document: YAMLDocument) {
        var reader = MappingReader(document, what: "a tolerated report", collector: collector)
        let kind = reader.requiredText("kind")
        let title = reader.requiredText("title")
        let reason = reader.requiredText("reason")
        let text = reader.text("text")
        let expires = reader.text("expires")
        reader.finish()
        if let expires, !Self.isDay(expires) {
            collector.report("'expires' takes a day as YYYY-MM-DD, found '\(expires)'", at: document.location)
        }
        guard let kind, let title, let reason else { return }
        if !kinds.contains(where: { $0.name == kind }) {
            collector.report(
                "there is no kind '\(kind)'", at: document.location,
                suggestion: Suggestion.forUnknown(kind, among: kinds.map(\.name)))
        }
        guard let titlePattern = pattern(title, at: document.location) else { return }
        let textPattern = text.flatMap { pattern($0, at: document.location) }
        tolerances.append(
            Tolerance(
                kind: kind, title: title, reason: reason, expires: expires, titlePattern: titlePattern,
                textPattern: textPattern))
    }

    private mutating func readPhases(_ document: YAMLDocument) {
        var reader = MappingReader(document, what: "the phases", collector: collector)
        for (key, phase) in [("kernel", ConsolePhase.kernel), ("start", .start), ("agent", .agent)] {
            let found = patterns(key, &reader)
            if found.isEmpty { collector.report("the phase '\(key)' has no pattern", at: document.location) }
            phases += found.map { ($0, phase) }
        }
        reader.finish()
    }

    private func items(_ document: YAMLDocument, what: String) -> [YAMLDocument] {
        guard let items = document.sequence, !items.isEmpty else {
            collector.report("'\(what)' takes a list with at least one entry", at: document.location)
            return []
        }
        return items
    }

    private func patterns(_ key: String, _ reader: inout MappingReader) -> [LinePattern] {
        reader.texts(key).compactMap { pattern($0.text, at: $0.location) }
    }

    private func pattern(_ text: String, at location: SourceLocation) -> LinePattern? {
        do throws(LinePattern.Flaw) {
            return try LinePattern(text)
        } catch {
            collector.report("'\(text)' is not a pattern: \(error.rawValue)", at: location)
            return nil
        }
    }

    private static func isDay(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy(\.isNumber) }) else {
            return false
        }
        return (1...12).contains(Int(parts[1]) ?? 0) && (1...31).contains(Int(parts[2]) ?? 0)
    }
}
