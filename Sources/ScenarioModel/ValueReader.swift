// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import CoverageAssertions
import Diagnostics
import KcovModel

/// Reads the argument of one step according to the kind of its parameter.
struct ValueReader {
    let collector: DiagnosticCollector

    /// The value and its words; nil after reporting what is wrong.
    func read(
        _ document: YAMLDocument, for parameter: Parameter, of verb: Verb, names: inout ScenarioNames
    ) -> (argument: ScenarioArgument, text: String)? {
        switch parameter.kind {
        case .descriptor:
            return name(document, parameter) {
                if verb.name == "open" { return declare($0, in: &names.descriptors, at: document.location) }
                let wanted: ScenarioNames.Wanted = parameter.name == "kcov" ? .kcov : .descriptor
                names.uses.append(.init(wanted: wanted, name: $0, location: document.location))
            }
        case .buffer:
            return name(document, parameter) {
                names.uses.append(.init(wanted: .buffer, name: $0, location: document.location))
            }
        case .task:
            return name(document, parameter) {
                names.uses.append(.init(wanted: .task, name: $0, location: document.location))
            }
        case .stimulus:
            return name(document, parameter) {
                names.uses.append(
                    .init(wanted: .stimulus(verb: verb.name), name: $0, location: document.location))
            }
        case .text:
            return name(document, parameter) { text in
                switch (verb.name, parameter.name) {
                case ("map", "as"): declare(text, in: &names.buffers, at: document.location)
                case ("save", "as"): declare(text, in: &names.copies, at: document.location)
                default: break
                }
            }
        case .systemCall:
            return name(document, parameter) { name in
                guard SystemCallCatalog.number(of: name) == nil else { return }
                collector.report(
                    "no system call is called '\(name)'", at: document.location,
                    suggestion: Suggestion.forUnknown(name, among: SystemCallCatalog.names))
            }
        case .function:
            return name(document, parameter) { _ in }.map { _, text in
                (.entry(FunctionChoice(spoken: text)), text)
            }
        case .mode:
            let mode = document.scalar.flatMap(TraceMode.init(name:)).map { Value.integer($0.rawValue) }
            guard let value = mode ?? integer(document, names: &names, expected: "pc, cmp or a number") else {
                return nil
            }
            return (.value(value), document.words)
        case .integer:
            return integer(document, names: &names, expected: "a number, $name or {sum: [...]}").map {
                (.value($0), document.words)
            }
        case .handles:
            let items = (document.sequence ?? [document]).flatMap { handles($0, names: &names) }
            return (.value(.list(items)), document.words)
        case .arguments:
            let documents = document.sequence ?? [document]
            if documents.count > 6 {
                collector.report("a system call takes at most six arguments", at: document.location)
            }
            let items = documents.compactMap { argument($0, names: &names) }
            return (.value(.list(items)), document.words)
        }
    }

    /// Adds a name, once.
    func declare(_ name: String, in list: inout [String], at location: SourceLocation) {
        if list.contains(name) {
            collector.report("the name '\(name)' is taken", at: location, suggestion: "choose another one")
        } else {
            list.append(name)
        }
    }

    private func name(
        _ document: YAMLDocument, _ parameter: Parameter, body: (String) -> Void
    ) -> (argument: ScenarioArgument, text: String)? {
        guard let text = document.scalar, !text.isEmpty else {
            collector.report(
                "'\(parameter.name)' takes a word, found \(document.kind)", at: document.location)
            return nil
        }
        body(text)
        return (.value(.text(text)), text)
    }

    /// A number, a reference to something `wanted`, or a sum, which is made before the program starts.
    private func integer(
        _ document: YAMLDocument, names: inout ScenarioNames, expected: String,
        wanted: ScenarioNames.Wanted = .reference
    ) -> Value? {
        if let number = document.integer { return .integer(number) }
        if let reference = reference(document, names: &names, wanted: wanted) { return reference }
        if let entries = document.mapping, entries.count == 1, let entry = entries.first, entry.key == "sum",
            let parts = entry.value.sequence
        {
            return .sum(
                parts.compactMap {
                    integer($0, names: &names, expected: "a number or $name", wanted: .constant)
                })
        }
        collector.report("expected \(expected), found \(document.kind)", at: document.location)
        return nil
    }

    private func reference(
        _ document: YAMLDocument, names: inout ScenarioNames, wanted: ScenarioNames.Wanted
    ) -> Value? {
        guard let text = document.scalar, text.hasPrefix("$") else { return nil }
        let name = String(text.dropFirst())
        names.uses.append(.init(wanted: wanted, name: name, location: document.location))
        return .reference(name)
    }

    /// One handle, or those of several buses that follow each other.
    private func handles(_ document: YAMLDocument, names: inout ScenarioNames) -> [Value] {
        guard let entries = document.mapping, let bus = entries.first(where: { $0.key == "usb" })?.value,
            entries.allSatisfy({ ["usb", "count"].contains($0.key) })
        else {
            let expected = "a handle: a number, {usb: BUS}, {usb: FIRST, count: BUSES} or {sum: [...]}"
            return integer(document, names: &names, expected: expected).map { [$0] } ?? []
        }
        guard
            let first = integer(
                bus, names: &names, expected: "a bus number or $gadget.bus", wanted: .constant)
        else {
            return []
        }
        let count = entries.first { $0.key == "count" }?.value
        guard let buses = count.map(\.integer) ?? 1, (1...Self.mostBuses).contains(buses) else {
            collector.report(
                "'count' is the number of buses, 1 to \(Self.mostBuses), found \(count?.words ?? "nothing")",
                at: count?.location ?? document.location)
            return []
        }
        return (0..<buses).map { .sum([.integer(RemoteHandle.usbSubsystem + $0), first]) }
    }

    /// More than KCOV_REMOTE_MAX_HANDLES of kernel/kcov.c, so that the limit can be tried.
    private static let mostBuses: UInt64 = 1024

    private func argument(_ document: YAMLDocument, names: inout ScenarioNames) -> Value? {
        if let number = document.integer { return .integer(number) }
        if let text = document.scalar, !text.hasPrefix("$") { return .text(text) }
        return integer(document, names: &names, expected: "a number, a text, $name or {sum: [...]}")
    }
}

extension YAMLDocument {
    /// The document in one line, as a reader would write it.
    var words: String {
        switch content {
        case .scalar(let text): text
        case .sequence(let items): "[\(items.map(\.words).joined(separator: ", "))]"
        case .mapping(let entries):
            "{\(entries.map { "\($0.key): \($0.value.words)" }.joined(separator: ", "))}"
        }
    }
}

extension FunctionChoice {
    /// Reads `name` or `name or other`.
    init(spoken text: String) {
        let names = text.split(separator: " ").filter { $0 != "or" }.map(String.init)
        self.init(names.first ?? text, or: Array(names.dropFirst()))
    }
}
