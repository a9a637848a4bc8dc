// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
public import Foundation

/// Which kernel to test: an image, and what is changed about it.
public struct KernelChoice: Sendable, Hashable {
    /// A shipped image by name, or a recipe file.
    public var image: String
    /// Unified diffs, applied after the patches of the image.
    public var patches: [URL]
    /// Shipped fragments by name, or files; merged after those of the image.
    public var kconfigs: [String]

    public init(image: String, patches: [URL] = [], kconfigs: [String] = []) {
        self.image = image
        self.patches = patches
        self.kconfigs = kconfigs
    }

    /// The image's name without directory and ending, and what was added to it: `debian-6.12+my-fix`.
    public var name: String {
        var name = image.split(separator: "/").last.map(String.init) ?? image
        for ending in [".yaml", ".yml"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let additions = kconfigs + patches.map { $0.deletingPathExtension().lastPathComponent }
        return ([name] + additions.map { String($0.prefix(60)) }).joined(separator: "+")
    }
}

extension RecipeStore {
    /// The recipe of an image with the changes of a choice.
    ///
    /// - Throws: `InputError` with every mistake of the recipe and every file that is not there.
    package func resolve(_ choice: KernelChoice) throws(InputError) -> KernelRecipe {
        var recipe = try resolve(choice.image)
        let collector = DiagnosticCollector()
        let here = URL(
            fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        let reading = RecipeReading(directory: here, kconfigs: kconfigs, collector: collector)
        recipe.patches += choice.patches.compactMap { file in
            reading.patch(file.path, at: SourceLocation(file: file.path, line: 1, column: 1))
        }
        recipe.fragments += choice.kconfigs.compactMap { name in
            reading.fragment(name, at: SourceLocation(file: name, line: 1, column: 1))
        }
        try collector.throwIfAny()
        if choice.name != KernelChoice(image: choice.image).name {
            recipe.name =
                KernelChoice(
                    image: recipe.name, patches: choice.patches, kconfigs: choice.kconfigs
                ).name
        }
        return recipe
    }
}
