// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import ScenarioModel

@Suite struct ScenarioCatalogTests {
    private static func scenario(_ name: String, _ id: String?) -> String {
        """
        name: \(name)
        \(id.map { "id: \($0)" } ?? "")
        about: A sample.
        tasks: {main: [{call: getppid}]}
        """
    }

    /// A directory with these scenarios, removed afterwards.
    private func withDirectory<Result>(
        _ files: [String: String], _ body: (URL) throws -> Result
    ) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files {
            try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
        }
        return try body(directory)
    }

    private func catalog() throws -> ScenarioCatalog {
        let names: [(String, String?)] = [
            ("both", "P03"), ("alone", nil), ("count", "L01"), ("more", "P12"), ("mode", "U05"),
            ("kick", "R01"),
        ]
        return ScenarioCatalog(
            scenarios: try names.map {
                try ScenarioReader.read(text: Self.scenario($0.0, $0.1), file: "\($0.0).yaml")
            })
    }

    @Test func orderIsThatOfTheCatalogue() throws {
        #expect(try catalog().select([]).map(\.name) == ["mode", "count", "kick", "both", "more", "alone"])
    }

    @Test(arguments: [
        (["L01"], ["count"]), (["both", "P03"], ["both"]), (["P*", "U0?"], ["mode", "both", "more"]),
        (["*"], ["mode", "count", "kick", "both", "more", "alone"]),
    ])
    func selectorsMatch(_ selectors: [String], _ names: [String]) throws {
        #expect(try catalog().select(selectors).map(\.name) == names)
    }

    @Test func unknownSelectorsAreAllReported() throws {
        let error = #expect(throws: InputError.self) { try catalog().select(["L01", "bohth", "Q*"]) }
        let diagnostics = try #require(error).diagnostics
        #expect(diagnostics.count == 2)
        #expect(diagnostics.contains { $0.suggestion == "did you mean 'both'?" })
    }

    @Test func filesAreSelectedByPath() throws {
        try withDirectory(["x.yaml": Self.scenario("elsewhere", nil)]) { directory in
            let path = directory.appending(path: "x.yaml").path
            let catalog = try catalog()
            #expect(try catalog.select([path]).map(\.name) == ["elsewhere"])
            #expect(throws: InputError.self) { try catalog.select([path + "l.yaml"]) }
        }
    }

    @Test func anEmptyDirectoryIsNoCatalogue() throws {
        try withDirectory(["schema.json": "{}"]) { directory in
            _ = #expect(throws: InputError.self) { try ScenarioCatalog.load(directory: directory) }
        }
    }

    @Test func twinsAreFound() throws {
        let files = ["a.yaml": Self.scenario("same", "L01"), "b.yaml": Self.scenario("same", "L01")]
        try withDirectory(files) { directory in
            let found = ScenarioCheck.check(files: ScenarioCheck.files(in: directory)).map(\.message)
            #expect(found.count == 2)
            #expect(found.contains { $0.hasPrefix("the id L01 is also in") })
        }
    }

    @Test(arguments: [
        ("L*", "L01", true), ("*", "", true), ("L?1", "L01", true), ("L?", "L01", false),
        ("*x*", "axb", true),
        ("a*b*c", "a-b-b-c", true), ("a*b", "a-b-", false), ("", "a", false),
    ])
    func globs(_ pattern: String, _ text: String, _ matches: Bool) {
        #expect(Glob(pattern).matches(text) == matches)
    }
}
