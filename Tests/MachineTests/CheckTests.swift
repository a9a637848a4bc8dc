// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

/// `kcovlab check` on shipped data that was changed.
@Suite("Checking what is shipped")
struct CheckTests {
    /// Runs `check` with other rules for the console than the shipped ones.
    private func check(
        changing old: String, to new: String, in file: String, expecting code: Int32
    ) async throws -> String {
        let shipped = try ShippedData.locate()
        let home = FileManager.default.temporaryDirectory.appending(path: "kcovlab-home-\(UUID())")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        for directory in [shipped.images, shipped.kconfigs, shipped.scenarios] {
            try FileManager.default.copyItem(
                at: directory, to: home.appending(path: directory.lastPathComponent))
        }
        let rules = home.appending(path: "images/rules/\(file)")
        let text = try String(contentsOf: rules, encoding: .utf8)
        try #require(text.contains(old))
        try Data(text.replacing(old, with: new, maxReplacements: 1).utf8).write(to: rules)
        return try await ShippedCommand.run(
            ["check"], environment: ["KCOVLAB_HOME": home.path], expecting: [code]
        ).text
    }

    @Test(
        "A mistake in the rules for console or noise is found",
        arguments: [("console.yaml", "kinds:", "kindz:"), ("noise.yaml", ":\n", ": [\n")])
    func mistakes(file: String, old: String, new: String) async throws {
        let text = try await check(changing: old, to: new, in: file, expecting: 65)
        #expect(text.contains("images/rules/\(file):"), "\(text)")
    }

    @Test("A tolerance whose day has passed is listed")
    func expired() async throws {
        let text = try await check(
            changing: "  - kind: allocation\n", to: "  - kind: allocation\n    expires: 2020-01-31\n",
            in: "console.yaml", expecting: 0)
        #expect(text.contains("expired on 2020-01-31: allocation '*vmalloc error: size *'"), "\(text)")
        #expect(text.contains("no mistakes"))
    }
}
