// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Installation
import KernelBuild

/// Lists the kernels that come with kcovlab.
struct ImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Lists the kernels that can be built and tested.")

    func run() throws {
        let recipes = try RecipeStore(shipped: ShippedData.locate()).all()
        var table = TextTable(columns: ["image", "source", "patches", "features"])
        for recipe in recipes {
            table.add([
                recipe.name, "\(recipe.source)", "\(recipe.patches.count)",
                recipe.features.joined(separator: " "),
            ])
        }
        CommandOutput.line(table.text)
    }
}
