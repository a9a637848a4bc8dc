// SPDX-License-Identifier: Apache-2.0

/// Reads the keys of one mapping and reports the ones nobody asked for.
///
/// Every accessor reports what is wrong to the collector and returns nil, so that one pass finds all mistakes.
package struct MappingReader {
    package let location: SourceLocation
    private let entries: [YAMLDocument.Entry]
    private let what: String
    private let collector: DiagnosticCollector
    private var asked: [String] = []

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - document: The mapping; anything else is reported and read as empty.
    ///   - what: What the mapping describes, for messages: "a recipe".
    ///   - collector: Where mistakes go.
    package init(_ document: YAMLDocument, what: String, collector: DiagnosticCollector) {
        location = document.location
        self.what = what
        self.collector = collector
        if let entries = document.mapping {
            self.entries = entries
        } else {
            collector.report("expected \(what) as a mapping, found \(document.kind)", at: document.location)
            entries = []
        }
    }

    /// The value of a key, if it is there.
    package mutating func optional(_ key: String) -> YAMLDocument? {
        asked.append(key)
        return entries.first { $0.key == key }?.value
    }

    /// The value of a key that must be there.
    package mutating func required(_ key: String) -> YAMLDocument? {
        let value = optional(key)
        if value == nil { collector.report("\(what) needs the key '\(key)'", at: location) }
        return value
    }

    package mutating func text(_ key: String) -> String? { optional(key).flatMap { text($0, key: key) } }

    package mutating func requiredText(_ key: String) -> String? {
        required(key).flatMap { text($0, key: key) }
    }

    package mutating func integer(_ key: String) -> UInt64? {
        guard let value = optional(key) else { return nil }
        if let number = value.integer { return number }
        collector.report("'\(key)' takes a number, found \(value.kind)", at: value.location)
        return nil
    }

    /// The strings of a list, empty when the key is absent.
    ///
    /// One plain word counts as a list of one.
    package mutating func texts(_ key: String) -> [(text: String, location: SourceLocation)] {
        guard let value = optional(key) else { return [] }
        let items = value.sequence ?? [value]
        return items.compactMap { item in text(item, key: key).map { ($0, item.location) } }
    }

    /// Reports every key that was not asked for.
    package func finish() {
        for entry in entries where !asked.contains(entry.key) {
            collector.report(
                "\(what) has no key '\(entry.key)'", at: entry.keyLocation,
                suggestion: Suggestion.forUnknown(entry.key, among: asked))
        }
    }

    private func text(_ value: YAMLDocument, key: String) -> String? {
        if let scalar = value.scalar, !scalar.isEmpty { return scalar }
        collector.report("'\(key)' takes a word, found \(value.kind)", at: value.location)
        return nil
    }
}
