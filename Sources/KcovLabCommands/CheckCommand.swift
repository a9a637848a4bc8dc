// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ConsoleWatch
import CoverageAssertions
import Diagnostics
import Foundation
import Installation
import KernelBuild
import ScenarioModel

/// Reads scenarios and recipes and reports every mistake, without building or booting anything.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks scenario files and recipes without running anything.",
        discussion: """
            Without FILE, everything that comes with kcovlab is checked. Function names are checked by run, \
            which has a kernel to look them up in.
            """)

    @Argument(
        help: "Scenario files and recipes, or directories of them.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: [String] = []

    func run() throws {
        let shipped = try ShippedData.locate()
        let store = RecipeStore(shipped: shipped)
        let files =
            file.isEmpty
            ? ScenarioCheck.files(in: shipped.scenarios) : try file.flatMap(Self.readable)
        let recipes = files.filter(Self.isRecipe)
        let scenarios = files.filter { !recipes.contains($0) }

        var mistakes = ScenarioCheck.check(files: scenarios)
        for recipe in recipes.map(\.path) + (file.isEmpty ? store.names : []) {
            do throws(InputError) {
                _ = try store.resolve(recipe)
            } catch {
                mistakes += error.diagnostics.filter { !mistakes.contains($0) }
            }
        }
        if file.isEmpty { mistakes += Self.ruleMistakes(shipped) }
        guard mistakes.isEmpty else { throw InputError(mistakes) }
        let recipeCount = recipes.count + (file.isEmpty ? store.names.count : 0)
        guard scenarios.count + recipeCount > 0 else {
            throw InputError(
                "there is nothing to check", at: SourceLocation(file: shipped.home.path, line: 1, column: 1))
        }
        CommandOutput.line("\(scenarios.count) scenarios, \(recipeCount) recipes: no mistakes")
    }

    /// What is wrong with the rules for console and noise; tolerances that have expired are listed, and are no mistake.
    private static func ruleMistakes(_ shipped: ShippedData) -> [Diagnostic] {
        do throws(InputError) {
            for tolerance in try ConsoleRules(load: shipped.consoleRules).expired {
                CommandOutput.line(
                    "\(shipped.consoleRules.path): expired on \(tolerance.expires ?? ""): \(tolerance.kind) "
                        + "'\(tolerance.title)'")
            }
            _ = try NoiseRules.load(shipped.noiseRules)
            return []
        } catch {
            return error.diagnostics
        }
    }

    /// The file, or the files of a directory.
    private static func readable(_ path: String) throws(InputError) -> [URL] {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw InputError(
                "the file is not there or cannot be read", at: SourceLocation(file: path, line: 1, column: 1))
        }
        let url = URL(fileURLWithPath: path)
        guard url.hasDirectoryPath else { return [url] }
        let files = ScenarioCheck.files(in: url)
        guard !files.isEmpty else {
            throw InputError(
                "the directory has no YAML files", at: SourceLocation(file: path, line: 1, column: 1))
        }
        return files
    }

    /// Whether a file describes a kernel: only recipes have a source or a parent.
    private static func isRecipe(_ file: URL) -> Bool {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return false }
        let document: YAMLDocument
        do throws(InputError) {
            document = try YAMLDocument(text: text, file: file.path)
        } catch {
            return false
        }
        return document.mapping?.contains { ["source", "from", "kconfigs"].contains($0.key) } ?? false
    }
}
