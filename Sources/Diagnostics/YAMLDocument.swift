// SPDX-License-Identifier: Apache-2.0

internal import Yams

/// A YAML value that knows where it stands in its file.
package struct YAMLDocument: Sendable {
    package indirect enum Content: Sendable {
        case scalar(String)
        case sequence([YAMLDocument])
        case mapping([Entry])
    }

    /// One key of a mapping with its value, in file order.
    package struct Entry: Sendable {
        package let key: String
        package let keyLocation: SourceLocation
        package let value: YAMLDocument
    }

    package let content: Content
    package let location: SourceLocation

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: The name to use in diagnostics.
    /// - Throws: `InputError` for malformed YAML, an empty document, duplicate keys or nesting deeper than 64.
    package init(text: String, file: String) throws(InputError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Self.malformed(error, file: file)
        }
        let start = SourceLocation(file: file, line: 1, column: 1)
        guard let root else { throw InputError("the file is empty", at: start) }
        let collector = DiagnosticCollector()
        self = Self.convert(root, file: file, fallback: start, depth: 0, into: collector)
        try collector.throwIfAny()
    }

    private init(content: Content, location: SourceLocation) {
        self.content = content
        self.location = location
    }

    private static func convert(
        _ node: Node, file: String, fallback: SourceLocation, depth: Int, into collector: DiagnosticCollector
    ) -> Self {
        let location =
            node.mark.map { SourceLocation(file: file, line: $0.line, column: $0.column) } ?? fallback
        guard depth < 64 else {
            collector.report("nested deeper than 64 levels", at: location)
            return Self(content: .scalar(""), location: location)
        }
        func child(_ node: Node) -> Self {
            convert(node, file: file, fallback: location, depth: depth + 1, into: collector)
        }
        switch node {
        case .scalar(let scalar):
            return Self(content: .scalar(scalar.string), location: location)
        case .sequence(let sequence):
            return Self(content: .sequence(sequence.map(child)), location: location)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let key = child(key)
                guard case .scalar(let name) = key.content else {
                    collector.report("a key must be a plain word", at: key.location)
                    continue
                }
                entries.append(Entry(key: name, keyLocation: key.location, value: child(value)))
            }
            return Self(content: .mapping(entries), location: location)
        case .alias:
            collector.report("an alias without an anchor", at: location)
            return Self(content: .scalar(""), location: location)
        }
    }

    private static func malformed(_ error: any Error, file: String) -> InputError {
        var line = 1
        var column = 1
        var message = "\(error)"
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (line, column, message) = (mark.line, mark.column, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            (line, column) = (context.mark.line, context.mark.column)
            message = "a key is written twice: \(duplicates.map { "\($0)" }.joined(separator: ", "))"
        default:
            break
        }
        return InputError(
            "not valid YAML: \(message)", at: SourceLocation(file: file, line: line, column: column))
    }
}

extension YAMLDocument {
    /// What this is, for messages that say what was found.
    package var kind: String {
        switch content {
        case .scalar(let text): text.isEmpty ? "nothing" : "'\(text)'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    package var scalar: String? {
        if case .scalar(let text) = content { text } else { nil }
    }

    package var sequence: [YAMLDocument]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    package var mapping: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The words of a list, or one word; anything else is reported.
    package func words(reportingTo collector: DiagnosticCollector) -> [String]? {
        let items = sequence ?? [self]
        let words = items.compactMap(\.scalar).filter { !$0.isEmpty }
        guard !words.isEmpty, words.count == items.count else {
            collector.report("expected one word or a list of words", at: location)
            return nil
        }
        return words
    }

    /// The number a scalar holds, decimal or with the prefix 0x; nil when it is not one or exceeds 64 bits.
    ///
    /// A minus sign gives the two's complement, as C does for an unsigned argument. The suffix Ki or Mi multiplies by
    /// 1024 or 1048576.
    package var integer: UInt64? { scalar.flatMap(Self.parseInteger) }

    package static func parseInteger(_ text: String) -> UInt64? {
        var digits = Substring(text.filter { $0 != "_" })
        let negative = digits.first == "-"
        if negative { digits.removeFirst() }
        var factor: UInt64 = 1
        for (suffix, multiple) in [("Ki", UInt64(1) << 10), ("Mi", UInt64(1) << 20)]
        where digits.hasSuffix(suffix) {
            digits.removeLast(2)
            factor = multiple
        }
        let magnitude =
            digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits, radix: 10)
        guard let magnitude else { return nil }
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        return negative ? 0 &- product : product
    }
}
