// SPDX-License-Identifier: Apache-2.0

import AgentProtocol

/// The reference tables of docs/scenarios.md, made from the tables the reader uses.
package enum ScenarioReference {
    /// The text between the markers of each generated part, by the name in the marker.
    package static var parts: [(name: String, text: String)] {
        [
            ("keys", table(["key", "says"], ScenarioReader.keys.map { [code($0.name), $0.about] })),
            ("modifiers", table(["key", "says"], StepReader.modifiers.map { [code($0.name), $0.about] })),
            ("verbs", verbs(StepCatalog.verbs)),
            ("stimuli", StimulusCatalog.kinds.map(stimulus).joined(separator: "\n\n")),
            (
                "expectations",
                table(
                    ["expectation", "says", "example"],
                    ExpectationForm.all.map { [code($0.name), $0.about, code($0.example)] })
            ),
            (
                "build",
                table(
                    ["expectation", "says", "example"],
                    BuildReader.forms.map { [code($0.name), $0.about, code($0.example)] })
            ),
            (
                "conditions",
                table(
                    ["condition", "holds for a kernel where"],
                    KernelFeature.all.map { [code($0.name), $0.about] })
            ),
        ]
    }

    /// The document with every generated part written anew; nil when a marker is missing.
    package static func renew(_ document: String) -> String? {
        GeneratedDocument.renew(document, parts: parts)
    }

    private static func stimulus(_ kind: StimulusKind) -> String {
        var text = "### \(kind.name)\n\n\(kind.about)\n\n"
        text += "Needs \(kind.kconfig.map(code).joined(separator: ", ")); "
        text += "relies on \(kind.relies.map(code).joined(separator: ", ")).\n"
        for (name, about) in kind.exports.sorted(by: { $0.key < $1.key }) {
            text += "Offers \(code("$NAME.\(name)")): \(about).\n"
        }
        if !kind.parameters.isEmpty { text += "Takes \(parameters(kind.parameters)).\n" }
        return text + "\n" + verbs(kind.verbs)
    }

    private static func verbs(_ verbs: [Verb]) -> String {
        table(["step", "does", "takes"], verbs.map { [code($0.name), $0.about, parameters($0.parameters)] })
    }

    private static func parameters(_ parameters: [Parameter]) -> String {
        guard !parameters.isEmpty else { return "nothing" }
        return parameters.map { parameter in
            "\(code(parameter.name))\(parameter.isRequired ? "" : " (optional)"): \(parameter.about)"
        }.joined(separator: "<br>")
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        GeneratedDocument.table(head, rows)
    }

    private static func code(_ text: String) -> String { "`\(text)`" }
}
