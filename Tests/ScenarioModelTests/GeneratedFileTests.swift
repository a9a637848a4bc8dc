// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import ScenarioModel
import Testing

/// Files that are made from the tables of the reader; `KCOVLAB_RECORD=1` writes them anew and fails once.
@Suite struct GeneratedFileTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func schemaIsCurrent() throws {
        try compare("Scenarios/schema.json", with: ScenarioSchema.json())
    }

    @Test func referenceIsCurrent() throws {
        let document = try String(contentsOf: root.appending(path: "docs/scenarios.md"), encoding: .utf8)
        try compare("docs/scenarios.md", with: #require(ScenarioReference.renew(document)))
    }

    @Test func promiseMapIsCurrent() throws {
        let document = try String(contentsOf: root.appending(path: "docs/promises.md"), encoding: .utf8)
        let map = PromiseMap(try ScenarioCatalog.load(directory: root.appending(path: "Scenarios")))
        try compare("docs/promises.md", with: #require(map.renew(document)))
    }

    private func compare(_ path: String, with expected: String) throws {
        let file = root.appending(path: path)
        let current = try? String(contentsOf: file, encoding: .utf8)
        guard current != expected else { return }
        if Settings.current.recordsSnapshots {
            try expected.write(to: file, atomically: true, encoding: .utf8)
        }
        let verdict =
            Settings.current.recordsSnapshots
            ? "was written anew" : "is not current, run with KCOVLAB_RECORD=1"
        Issue.record("\(path) \(verdict)")
    }
}
