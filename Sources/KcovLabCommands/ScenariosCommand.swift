// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Installation
import ScenarioModel

/// Lists the scenarios that come with kcovlab.
struct ScenariosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios", abstract: "Lists the scenarios and what they show.")

    @Flag(help: "Write one JSON document instead of a table.")
    var json = false

    /// One scenario in the JSON document; keys are only added.
    struct Entry: Encodable {
        let name: String
        let id: String?
        let about: String
        let file: String
        /// The names of the promises it checks (docs/promises.md).
        let promises: [String]
        /// The contracts it checks, depending on the kernel; empty when it does not depend on one.
        let contracts: [String]
        /// The features it needs, those it excludes with a `!` in front.
        let requires: [String]

        private enum CodingKeys: String, CodingKey {
            case name, id, about, file, promises, contracts, requires
        }

        init(_ scenario: Scenario) {
            name = scenario.name
            id = scenario.id
            about = scenario.about
            file = scenario.file
            promises = scenario.kernelPromises.map(\.name)
            contracts = scenario.contract.map { [$0.claimed, $0.unclaimed] } ?? []
            requires = scenario.requires.terms.map { ($0.isClaimed ? "" : "!") + $0.feature }
        }

        /// Writes every key, with null for a missing id.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(id, forKey: .id)
            try container.encode(about, forKey: .about)
            try container.encode(file, forKey: .file)
            try container.encode(promises, forKey: .promises)
            try container.encode(contracts, forKey: .contracts)
            try container.encode(requires, forKey: .requires)
        }
    }

    private struct Document: Encodable {
        let schema = 1
        let scenarios: [Entry]
    }

    func run() throws {
        let catalog = try ScenarioCatalog.load(directory: ShippedData.locate().scenarios)
        let entries = catalog.scenarios.map(Entry.init)
        if json {
            try CommandOutput.json(Document(scenarios: entries))
            return
        }
        var table = TextTable(columns: ["id", "name", "shows"])
        for entry in entries { table.add([entry.id ?? "", entry.name, entry.about]) }
        CommandOutput.line(table.text)
    }
}
