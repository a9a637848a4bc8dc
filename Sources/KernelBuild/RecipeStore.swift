// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
import Foundation
package import Installation

/// Finds recipes and fills in what they inherit.
package struct RecipeStore: Sendable {
    private let images: URL
    let kconfigs: URL

    package init(shipped: ShippedData) {
        self.init(images: shipped.images, kconfigs: shipped.kconfigs)
    }

    init(images: URL, kconfigs: URL) {
        self.images = images
        self.kconfigs = kconfigs
    }

    /// The names of the shipped recipes, sorted.
    package var names: [String] { RecipeReading.names(in: images, suffix: ".yaml") }

    /// All shipped recipes, sorted by name.
    ///
    /// - Throws: `InputError` with the mistakes of every one.
    package func all() throws(InputError) -> [KernelRecipe] {
        let collector = DiagnosticCollector()
        var recipes: [KernelRecipe] = []
        for name in names {
            do throws(InputError) {
                recipes.append(try resolve(name))
            } catch {
                for diagnostic in error.diagnostics where !collector.diagnostics.contains(diagnostic) {
                    collector.report(
                        diagnostic.message, at: diagnostic.location, suggestion: diagnostic.suggestion)
                }
            }
        }
        try collector.throwIfAny()
        return recipes
    }

    /// The recipe of a shipped image, or of a file.
    ///
    /// - Parameter nameOrFile: A word with a slash, or with the ending .yaml or .yml, is a file relative to the
    ///   working directory; anything else is the name of a shipped image.
    /// - Returns: The recipe with everything it inherits.
    /// - Throws: `InputError` with every mistake of the file and of what it inherits.
    package func resolve(_ nameOrFile: String) throws(InputError) -> KernelRecipe {
        let collector = DiagnosticCollector()
        let origin = SourceLocation(file: "--image", line: 1, column: 1)
        guard let file = locate(nameOrFile, from: nil, at: origin, collector: collector) else {
            throw InputError(collector.diagnostics)
        }
        let chain = inheritance(of: file, collector: collector)
        try collector.throwIfAny()
        guard let first = chain.first, let name = first.name?.text else {
            throw InputError("the recipe could not be read", at: origin)
        }
        guard let source = chain.lazy.compactMap(\.source).first else {
            throw InputError(
                "a recipe needs the key 'source', here or in what it inherits", at: first.location,
                suggestion:
                    "write source: {debian: PACKAGE, version: V}, {directory: D} or {git: URL, ref: R}")
        }
        var features: [String] = []
        for feature in chain.reversed().flatMap(\.features) where !features.contains(feature) {
            features.append(feature)
        }
        return KernelRecipe(
            name: name, source: source.value, sourceLocation: source.location,
            patches: chain.reversed().flatMap(\.patches), fragments: chain.reversed().flatMap(\.fragments),
            features: features, compiler: chain.lazy.compactMap(\.compiler).first ?? .gcc,
            processors: chain.lazy.compactMap(\.processors).first ?? 2,
            memory: chain.lazy.compactMap(\.memory).first ?? 512)
    }

    /// Whether a word can name something, made of letters, digits and some signs.
    package static func isPlainName(_ text: String) -> Bool { RecipeReading.isPlainName(text) }

    /// Whether git takes a word for a repository elsewhere, not for a path.
    package static func isRemote(_ url: String) -> Bool { RecipeReading.isRemote(url) }

    /// Checks that there is a fragment: a shipped one by name, or a file relative to the working directory.
    ///
    /// - Throws: `InputError` at the place `NAME:1:1`.
    package func requireFragment(_ name: String) throws(InputError) {
        let collector = DiagnosticCollector()
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        _ = RecipeReading(directory: here, kconfigs: kconfigs, collector: collector)
            .fragment(name, at: SourceLocation(file: name, line: 1, column: 1))
        try collector.throwIfAny()
    }

    /// The names of an image and of what it inherits from, itself first, up to the first shipped image.
    ///
    /// - Throws: `InputError` like `resolve(_:)`.
    package func lineage(of nameOrFile: String) throws(InputError) -> [String] {
        let collector = DiagnosticCollector()
        let origin = SourceLocation(file: "--image", line: 1, column: 1)
        let file = locate(nameOrFile, from: nil, at: origin, collector: collector)
        let chain = file.map { inheritance(of: $0, collector: collector) } ?? []
        try collector.throwIfAny()
        let lineage = chain.compactMap { $0.name?.text }
        return Array(lineage.prefix { !names.contains($0) } + lineage.filter(names.contains).prefix(1))
    }

    /// The recipe itself, then its parent, and so on.
    ///
    /// Lists of a child extend those of its parent; single values replace them.
    private func inheritance(of file: URL, collector: DiagnosticCollector) -> [RecipeDocument] {
        var chain: [RecipeDocument] = []
        var visited: [URL] = []
        var next: URL? = file
        while let file = next {
            visited.append(file)
            guard let document = read(file, collector: collector) else { break }
            chain.append(document)
            guard let parent = document.parent else { break }
            next = locate(parent.text, from: file, at: parent.location, collector: collector)
            if let repeated = next, visited.contains(repeated) {
                let names = (visited + [repeated]).map(\.lastPathComponent).joined(separator: " -> ")
                collector.report("recipes inherit from each other: \(names)", at: parent.location)
                break
            }
        }
        return chain
    }

    private func read(_ file: URL, collector: DiagnosticCollector) -> RecipeDocument? {
        let start = SourceLocation(file: file.path, line: 1, column: 1)
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            collector.report("the recipe cannot be read: \(error.localizedDescription)", at: start)
            return nil
        }
        do throws(InputError) {
            let document = try YAMLDocument(text: text, file: file.path)
            return RecipeDocument(
                document, directory: file.deletingLastPathComponent(), kconfigs: kconfigs,
                collector: collector)
        } catch {
            for item in error.diagnostics {
                collector.report(item.message, at: item.location, suggestion: item.suggestion)
            }
            return nil
        }
    }

    private func locate(
        _ text: String, from child: URL?, at location: SourceLocation, collector: DiagnosticCollector
    ) -> URL? {
        guard text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") else {
            let shipped = images.appending(path: "\(text).yaml").standardizedFileURL
            if names.contains(text) { return shipped }
            collector.report(
                "there is no image '\(text)'", at: location,
                suggestion: Suggestion.forUnknown(text, among: names))
            return nil
        }
        let base = child?.deletingLastPathComponent()
        let file = URL(fileURLWithPath: text, relativeTo: base).standardizedFileURL
        if FileManager.default.fileExists(atPath: file.path) { return file }
        collector.report("the recipe '\(file.path)' does not exist", at: location)
        return nil
    }
}
