// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Foundation
import KcovModel

/// The JSON schema of scenario files, made from the tables the reader uses.
package enum ScenarioSchema {
    /// The text of Scenarios/schema.json, with a final line break.
    package static func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(schema), as: UTF8.self) + "\n"
    }

    private static var schema: JSONValue {
        [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "kcovlab scenario",
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "about"],
            "oneOf": [["required": ["tasks"]], ["required": ["build"]]],
            "properties": .object(properties),
            "definitions": .object(definitions),
        ]
    }

    private static var properties: [String: JSONValue] {
        let shapes: [String: JSONValue] = [
            "name": ["type": "string", "pattern": "^[a-z][a-z0-9-]*$"],
            "id": ["type": "string", "pattern": .string("^[\(CatalogueOrder.groups)][0-9]{2}$")],
            "about": text,
            "promises": oneOrMore(["enum": .list(KernelPromise.all.map { .string($0.name) })]),
            "contract": ["enum": .list(Contract.all.map { .string($0.feature) })],
            "requires": reference("condition"),
            "kcov": map(reference("integer")),
            "stimuli": map(reference("stimulus")),
            "limits": object(["step": reference("integer"), "program": reference("integer")]),
            "tasks": [
                "type": "object", "required": ["main"], "additionalProperties": reference("steps"),
            ],
            "expect": map(["type": "array", "minItems": 1, "items": reference("expectation")]),
            "build": ["type": "array", "minItems": 1, "items": reference("built")],
            "console": [
                "type": "array",
                "items": object(
                    ["kind": text, "contains": text, "reason": text, "when": reference("condition")],
                    required: ["kind", "contains", "reason"]),
            ],
        ]
        return described(shapes, by: ScenarioReader.keys)
    }

    private static var definitions: [String: JSONValue] {
        let verbs = StepCatalog.verbs + StimulusCatalog.kinds.flatMap(\.verbs)
        let conditions = KernelFeature.all.map(\.name) + Contract.all.flatMap { [$0.claimed, $0.unclaimed] }
        let words = conditions.flatMap { [JSONValue.string($0), .string("not \($0)")] }
        return [
            "integer": [
                "anyOf": [
                    ["type": "integer"],
                    ["type": "string", "pattern": "^-?(0x[0-9a-fA-F_]+|[0-9_]+)(Ki|Mi)?$"],
                ]
            ],
            "value": [
                "anyOf": [
                    reference("integer"), ["type": "string", "pattern": "^\\$"],
                    object(["sum": ["type": "array", "items": reference("value")]], required: ["sum"]),
                ]
            ],
            "condition": [
                "anyOf": [["enum": .list(words)], ["type": "array", "items": ["enum": .list(words)]]]
            ],
            "bounds": [
                "anyOf": [
                    reference("integer"),
                    object(["at-least": reference("integer"), "at-most": reference("integer")]),
                ]
            ],
            "words": oneOrMore(text),
            "outcome": [
                "anyOf": [
                    ["type": "integer"],
                    ["enum": .list((["any", "success"] + Errno.names).map { .string($0) })],
                ]
            ],
            "stimulus": stimulus,
            "steps": ["type": "array", "minItems": 1, "items": reference("step")],
            "step": step(verbs),
            "expectation": expectation,
            "built": built,
        ]
    }

    private static var built: JSONValue {
        let shapes: [String: JSONValue] = [
            "present": reference("words"),
            "absent": reference("words"),
            "struct": object(
                [
                    "name": text, "size": reference("integer"), "with": reference("words"),
                    "without": reference("words"),
                ], required: ["name"]),
            "warnings": ["enum": ["none"]],
        ]
        var fields: [String: JSONValue] = ["when": reference("condition")]
        for form in BuildReader.forms { fields[form.name] = shapes[form.name]?.described(form.about) }
        return [
            "type": "object", "additionalProperties": false, "properties": .object(fields),
            "oneOf": .list(BuildReader.forms.map { ["required": [.string($0.name)]] }),
        ]
    }

    private static var stimulus: JSONValue {
        let full = StimulusCatalog.kinds.map { kind in
            var fields = parameters(kind.parameters)
            fields["kind"] = ["const": .string(kind.name)]
            return object(fields, required: ["kind"] + kind.parameters.filter(\.isRequired).map(\.name))
                .described(kind.about)
        }
        return ["anyOf": .list([["enum": .list(StimulusCatalog.kinds.map { .string($0.name) })]] + full)]
    }

    private static func step(_ verbs: [Verb]) -> JSONValue {
        let modifiers: [String: JSONValue] = [
            "expect": ["anyOf": [reference("outcome"), map(reference("outcome"))]],
            "times": reference("integer"),
            "await": ["anyOf": [text, map(text)]],
            "as": text,
            "when": reference("condition"),
            "do": reference("steps"),
        ]
        var fields = described(modifiers, by: StepReader.modifiers)
        for verb in verbs {
            let form = object(
                parameters(verb.parameters), required: verb.parameters.filter(\.isRequired).map(\.name))
            var short: [JSONValue] = [form]
            if verb.parameters.filter(\.isRequired).count <= 1, let primary = verb.parameters.first {
                short.append(shape(primary.kind))
            }
            if verb.parameters.isEmpty { short.append(["type": "null"]) }
            fields[verb.name] = JSONValue.object(["anyOf": .list(short)]).described(verb.about)
        }
        let bare = verbs.filter(\.parameters.isEmpty).map { JSONValue.string($0.name) }
        return [
            "anyOf": [
                ["enum": .list(bare)],
                [
                    "type": "object", "additionalProperties": false, "properties": .object(fields),
                    "oneOf": .list(verbs.map { ["required": [.string($0.name)]] }),
                ],
            ]
        ]
    }

    private static var expectation: JSONValue {
        var fields: [String: JSONValue] = ["when": reference("condition")]
        for form in ExpectationForm.all { fields[form.name] = shape(form.shape).described(form.about) }
        return [
            "type": "object", "additionalProperties": false, "properties": .object(fields),
            "oneOf": .list(ExpectationForm.all.map { ["required": [.string($0.name)]] }),
        ]
    }

    private static func shape(_ shape: ExpectationForm.Shape) -> JSONValue {
        switch shape {
        case .functions, .places: ["anyOf": [reference("words")]]
        case .reason: text
        case .number: ["anyOf": [reference("integer")]]
        case .count: ["anyOf": [reference("bounds")]]
        case .placesBothWays: object(["present": reference("words"), "absent": reference("words")])
        case .calls:
            map([
                "anyOf": [
                    reference("bounds"),
                    object(["times": reference("integer"), "of": text], required: ["times", "of"]),
                ]
            ])
        case .fields(let fields):
            object(
                Dictionary(
                    uniqueKeysWithValues: fields.map { field in
                        (field.name, self.field(field.name).described(field.about))
                    }))
        }
    }

    private static func field(_ name: String) -> JSONValue {
        switch name {
        case "including": ["anyOf": [reference("words")]]
        case "start", "function": text
        case "alike", "constant": ["type": "boolean"]
        case "count": ["anyOf": [reference("bounds")]]
        default: ["anyOf": [reference("integer")]]
        }
    }

    private static func parameters(_ parameters: [Parameter]) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, shape($0.kind).described($0.about)) })
    }

    private static func shape(_ kind: ParameterKind) -> JSONValue {
        switch kind {
        case .descriptor, .buffer, .task, .stimulus, .text, .function: text
        case .systemCall: ["enum": .list(SystemCallCatalog.names.map { .string($0) })]
        case .integer: ["anyOf": [reference("value")]]
        case .mode:
            ["anyOf": [["enum": .list(TraceMode.allCases.map { .string($0.name) })], reference("value")]]
        case .handles:
            [
                "type": "array",
                "items": [
                    "anyOf": [
                        reference("value"),
                        object(
                            ["usb": reference("value"), "count": reference("integer")], required: ["usb"]),
                    ]
                ],
            ]
        case .arguments: ["type": "array", "maxItems": 6, "items": ["anyOf": [reference("value"), text]]]
        }
    }

    private static let text: JSONValue = ["type": "string", "minLength": 1]

    private static func oneOrMore(_ word: JSONValue) -> JSONValue {
        ["anyOf": [word, ["type": "array", "minItems": 1, "items": word]]]
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/definitions/\(name)")] }

    private static func map(_ values: JSONValue) -> JSONValue {
        ["type": "object", "minProperties": 1, "additionalProperties": values]
    }

    private static func object(_ fields: [String: JSONValue], required: [String] = []) -> JSONValue {
        var result: [String: JSONValue] = [
            "type": "object", "additionalProperties": false, "properties": .object(fields),
        ]
        if !required.isEmpty { result["required"] = .list(required.map { .string($0) }) }
        return .object(result)
    }

    private static func described(
        _ shapes: [String: JSONValue], by keys: [(name: String, about: String)]
    ) -> [String: JSONValue] {
        var result = shapes
        for key in keys { result[key.name] = shapes[key.name]?.described(key.about) }
        return result
    }
}
