// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ScenarioModel

@Suite struct PromiseMapTests {
    private static let document = """
        # Promises

        <!-- generated: summary -->

        <!-- end: summary -->

        <!-- generated: map -->

        <!-- end: map -->

        """

    private func map(_ lines: String...) throws -> PromiseMap {
        let scenarios = try lines.enumerated().map { number, line in
            try ScenarioReader.read(
                text: ScenarioReaderTests.good
                    .replacing("name: sample", with: "name: sample-\(number)")
                    .replacing("id: L03", with: "id: L0\(number)")
                    .replacing("about: A sample.", with: "about: A sample.\n\(line)"),
                file: "Scenarios/\(number).yaml")
        }
        return PromiseMap(ScenarioCatalog(scenarios: scenarios))
    }

    /// The row of a promise in the document.
    private func row(_ name: String, _ map: PromiseMap) throws -> Substring {
        let text = try #require(map.renew(Self.document))
        return try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(name)` ") })
    }

    @Test func scenariosStandBesideTheirPromises() throws {
        let map = try map("promises: [init-size, init-once]", "promises: init-size")
        #expect(
            try row("init-size", map).hasSuffix("| [L00](../Scenarios/0.yaml) [L01](../Scenarios/1.yaml) |"))
        #expect(try row("init-once", map).hasSuffix("| [L00](../Scenarios/0.yaml) |"))
        #expect(map.unchecked.count == KernelPromise.all.count - 2)
    }

    @Test func gapsStandOut() throws {
        let map = try map("promises: init-size", "known-issue: it is broken\npromises: [init-once]", "")
        #expect(try row("no-stream", map).hasSuffix("| **no scenario** |"))
        #expect(try row("init-once", map).hasSuffix("| **broken**: [L01](../Scenarios/1.yaml) |"))
        #expect(map.unchecked.contains { $0.name == "init-once" })
        let text = try #require(map.renew(Self.document))
        #expect(text.contains("Scenarios that name no promise: [L02](../Scenarios/2.yaml)."))
        #expect(text.contains("`no-stream`"))
        // What was generated before is replaced, not added to.
        #expect(map.renew(text) == text)
    }

    @Test func documentsNeedTheirMarkers() throws {
        let map = try map("promises: init-size")
        #expect(map.renew(Self.document.replacing("<!-- end: map -->", with: "")) == nil)
    }

    @Test func onlySectionsAreInRemoteBuffers() throws {
        let shipped = try ScenarioCatalog.load(
            directory: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Scenarios"))
        func buffers(_ id: String) throws -> [String] {
            try #require(shipped.select([id]).first).remoteBuffers.sorted()
        }
        #expect(try buffers("L01").isEmpty)
        #expect(try buffers("P03") == ["remote"])
        #expect(try buffers("P11") == ["kicks", "remote"])
        #expect(try buffers("S03") == ["remote"])
        #expect(try buffers("R25") == ["frame", "remote"])
        // Each of its buffers is tried both ways.
        #expect(try buffers("P17").isEmpty)
    }
}
