// SPDX-License-Identifier: Apache-2.0

package import CoverageAssertions
package import Diagnostics
package import Foundation

extension NoiseRules {
    /// Reads images/rules/noise.yaml or a file like it.
    ///
    /// - Throws: `InputError` with every mistake; a file without both lists is one, so that a lost rule cannot turn
    ///   into silence.
    package static func load(_ file: URL) throws(InputError) -> Self {
        let name = ScenarioFiles.displayName(file)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw InputError(
                "the noise rules cannot be read", at: SourceLocation(file: name, line: 1, column: 1))
        }
        return try read(text: text, file: name)
    }

    static func read(text: String, file: String) throws(InputError) -> Self {
        let document = try YAMLDocument(text: text, file: file)
        let collector = DiagnosticCollector()
        var reader = MappingReader(document, what: "the noise rules", collector: collector)
        let tolerated = rules(reader.required("tolerated"), collector) { rule -> Tolerated? in
            named(&rule).map { Tolerated(function: $0, reason: $1) }
        }
        let forbidden = rules(reader.required("forbidden"), collector) { rule -> Forbidden? in
            named(&rule).map { Forbidden(function: $0, reason: $1) }
        }
        reader.finish()
        let both = Set(tolerated.map(\.function)).intersection(forbidden.map(\.function))
        for function in both.sorted() {
            collector.report("'\(function)' is both tolerated and forbidden", at: document.location)
        }
        try collector.throwIfAny()
        return Self(tolerated: tolerated, forbidden: forbidden)
    }

    private static func named(_ rule: inout MappingReader) -> (function: String, reason: String)? {
        guard let function = rule.requiredText("function"), let reason = rule.requiredText("reason") else {
            return nil
        }
        return (function, reason)
    }

    private static func rules<Rule>(
        _ document: YAMLDocument?, _ collector: DiagnosticCollector,
        read: (inout MappingReader) -> Rule?
    ) -> [Rule] {
        guard let document else { return [] }
        guard let items = document.sequence, !items.isEmpty else {
            collector.report("expected a list of rules, found \(document.kind)", at: document.location)
            return []
        }
        return items.compactMap { item in
            var reader = MappingReader(item, what: "a rule", collector: collector)
            let rule = read(&reader)
            reader.finish()
            return rule
        }
    }
}
