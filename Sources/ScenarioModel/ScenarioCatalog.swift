// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation

/// The scenarios of a directory, in the order of the catalogue.
package struct ScenarioCatalog: Sendable {
    package let scenarios: [Scenario]

    /// Reads every scenario file of a directory.
    ///
    /// - Throws: `InputError` with all mistakes of all files; also when there is no file, because a run without
    ///   scenarios must never look like a success.
    package static func load(directory: URL) throws(InputError) -> Self {
        let files = ScenarioFiles.list(directory)
        guard !files.isEmpty else {
            throw InputError(
                "there is no scenario file (*.yaml) in \(directory.path)",
                at: SourceLocation(file: directory.path, line: 1, column: 1))
        }
        return Self(scenarios: try ScenarioFiles.read(files))
    }

    init(scenarios: [Scenario]) {
        self.scenarios = scenarios.sorted { CatalogueOrder(of: $0) < CatalogueOrder(of: $1) }
    }

    /// The scenarios that selectors name, each once, in catalogue order.
    ///
    /// - Parameter selectors: Names, ids, globs over names and ids with `*` and `?`, or files; none means all. A word
    ///   with a slash or the ending .yaml or .yml is a file.
    /// - Returns: At least one scenario.
    /// - Throws: `InputError` for every selector that matches nothing, and for mistakes in files.
    package func select(_ selectors: [String]) throws(InputError) -> [Scenario] {
        guard !selectors.isEmpty else { return scenarios }
        let collector = DiagnosticCollector()
        var chosen: [Scenario] = []
        for selector in selectors {
            let place = SourceLocation(file: selector, line: 1, column: 1)
            let found: [Scenario]
            if selector.contains("/") || selector.hasSuffix(".yaml") || selector.hasSuffix(".yml") {
                do throws(InputError) {
                    found = try ScenarioFiles.read([URL(fileURLWithPath: selector)])
                } catch {
                    collector.add(error)
                    continue
                }
            } else {
                found = scenarios.filter { Self.matches($0, selector) }
            }
            if found.isEmpty {
                let known = scenarios.flatMap { [$0.name] + ($0.id.map { [$0] } ?? []) }
                collector.report(
                    "no scenario has the name or id '\(selector)'", at: place,
                    suggestion: Suggestion.forUnknown(selector, among: known)
                        ?? "`kcovlab scenarios` lists them")
            }
            for scenario in found where !chosen.contains(scenario) { chosen.append(scenario) }
        }
        try collector.throwIfAny()
        return Self(scenarios: chosen).scenarios
    }

    private static func matches(_ scenario: Scenario, _ selector: String) -> Bool {
        ([scenario.name] + (scenario.id.map { [$0] } ?? [])).contains { Glob(selector).matches($0) }
    }
}

/// Reads scenario files together, so that their mistakes are reported together.
enum ScenarioFiles {
    /// The scenario files of a directory, sorted.
    static func list(_ directory: URL) -> [URL] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return entries.filter { $0.hasSuffix(".yaml") }.sorted().map { directory.appending(path: $0) }
    }

    /// Reads files and checks that no id and no name is used twice.
    static func read(_ files: [URL]) throws(InputError) -> [Scenario] {
        let collector = DiagnosticCollector()
        var scenarios: [Scenario] = []
        for file in files {
            do throws(InputError) {
                scenarios.append(try read(file))
            } catch {
                collector.add(error)
            }
        }
        for (index, scenario) in scenarios.enumerated() {
            let place = SourceLocation(file: scenario.file, line: 1, column: 1)
            let earlier = scenarios.prefix(index)
            if let twin = earlier.first(where: { $0.name == scenario.name }) {
                collector.report("the name '\(scenario.name)' is also in \(twin.file)", at: place)
            }
            if let id = scenario.id, let twin = earlier.first(where: { $0.id == id }) {
                collector.report("the id \(id) is also in \(twin.file)", at: place)
            }
        }
        try collector.throwIfAny()
        return scenarios
    }

    private static func read(_ file: URL) throws(InputError) -> Scenario {
        let name = displayName(file)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw InputError(
                "the file cannot be read as UTF-8 text", at: SourceLocation(file: name, line: 1, column: 1))
        }
        return try ScenarioReader.read(text: text, file: name)
    }

    /// The path below the working directory where it is there, so that messages are short and can be opened.
    static func displayName(_ file: URL) -> String {
        let path = file.standardizedFileURL.path
        let here =
            URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL.path + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }
}

extension DiagnosticCollector {
    /// Adds what another reading found.
    package func add(_ error: InputError) {
        for diagnostic in error.diagnostics {
            report(diagnostic.message, at: diagnostic.location, suggestion: diagnostic.suggestion)
        }
    }
}
