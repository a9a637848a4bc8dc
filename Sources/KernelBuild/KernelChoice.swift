// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
public import Foundation

/// Which kernel to test: an image, and what is changed about it.
public struct KernelChoice: Sendable, Hashable {
    /// A shipped image by name, or a recipe file.
    public var image: String
    /// A kernel tree that takes the place of the image's source and patches; the rest of the image stays.
    public var tree: URL?
    /// A commit of that tree; nil for the tree as it is.
    public var ref: String?
    /// Diffs, mails or threads, applied after the patches of the image.
    public var patches: [URL]
    /// How many of the patches in those files are applied; nil for all.
    public var step: Int?
    /// Shipped fragments by name, or files; merged after those of the image.
    public var kconfigs: [String]
    /// Whether it may be built where no sandbox can be had, because the user knows who wrote it.
    public var isTrusted: Bool

    public init(
        image: String, tree: URL? = nil, ref: String? = nil, patches: [URL] = [], step: Int? = nil,
        kconfigs: [String] = [], isTrusted: Bool = false
    ) {
        self.image = image
        self.tree = tree
        self.ref = ref
        self.patches = patches
        self.step = step
        self.kconfigs = kconfigs
        self.isTrusted = isTrusted
    }

    /// What is tested and what was added to it: `debian-6.12+my-fix`, `linux@v6.12`, `linux+series#2`.
    public var name: String {
        var name = image.split(separator: "/").last.map(String.init) ?? image
        for ending in [".yaml", ".yml"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        return named(after: name)
    }

    /// The same with another name for the image.
    func named(after image: String) -> String {
        let source = tree.map { tree in
            let directory = tree.standardizedFileURL.pathComponents.last { $0 != "/" } ?? "tree"
            return directory + (ref.map { "@\($0)" } ?? "")
        }
        let additions = kconfigs + patches.map { $0.deletingPathExtension().lastPathComponent }
        let name = ([source ?? image] + additions.map { String($0.prefix(60)) }).joined(separator: "+")
        return name + (step.map { "#\($0)" } ?? "")
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
        if let tree = choice.tree {
            let option = choice.ref == nil ? "--tree" : "--ref"
            recipe.source = .directory(reading.path(tree.path), ref: choice.ref)
            recipe.sourceLocation = SourceLocation(file: option, line: 1, column: 1)
            recipe.patches = []
            recipe.features = []
            recipe.isOpen = true
        } else if choice.ref != nil {
            collector.report(
                "--ref names a commit of a tree, and no tree was given",
                at: SourceLocation(file: "--ref", line: 1, column: 1), suggestion: "add --tree DIR")
        }
        recipe.series = choice.patches.compactMap { file in
            reading.patch(file.path, at: SourceLocation(file: file.path, line: 1, column: 1))
        }
        recipe.step = choice.step
        recipe.isTrusted = choice.isTrusted
        recipe.fragments += choice.kconfigs.compactMap { name in
            reading.fragment(name, at: SourceLocation(file: name, line: 1, column: 1))
        }
        try collector.throwIfAny()
        if choice.name != KernelChoice(image: choice.image).name {
            recipe.name = choice.named(after: recipe.name)
        }
        return recipe
    }
}
