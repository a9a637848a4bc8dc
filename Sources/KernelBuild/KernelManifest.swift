// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How a kernel of the cache was made; `manifest.json` in its entry.
struct KernelManifest: Codable, Sendable, Hashable {
    let schema: Int
    let key: String
    /// The recipe that was built first under this key; others with the same inputs share the entry.
    let image: String
    /// As `uname -r` will print it.
    let release: String
    let source: String
    let compiler: String
    let patches: [String]
    let fragments: [String]
    let features: [String]
    /// Requested symbols that the source does not know.
    let leftOut: [String]?
    /// See `KernelArtifact.warnings`.
    let warnings: [String]?
    /// What ran in the sandbox.
    let commands: [String]
    /// Names and values in the environment of the sandbox.
    let environment: [String: String]
    let remarks: [String]
    /// Objects compiled for it.
    let objects: Int
    /// Wall-clock seconds from the first sandbox command to the last.
    let seconds: Double

    init?(of entry: URL) {
        guard let data = try? Data(contentsOf: entry.appending(path: "manifest.json")),
            let manifest = try? JSONDecoder().decode(Self.self, from: data), manifest.schema == 1
        else { return nil }
        self = manifest
    }

    init(
        key: String, recipe: KernelRecipe, release: String, source: ResolvedSource,
        compiler: CompilerIdentity, leftOut: [String], warnings: [String], commands: [String],
        environment: [String: String], objects: Int, seconds: Double
    ) {
        schema = 1
        self.key = key
        image = recipe.name
        self.release = release
        self.source = source.identity
        self.compiler = compiler.description
        patches = (recipe.patches + recipe.series).map(\.name)
        fragments = recipe.fragments.map(\.name)
        features = recipe.features
        self.leftOut = leftOut
        self.warnings = warnings
        self.commands = commands
        self.environment = environment
        remarks = source.remarks
        self.objects = objects
        self.seconds = seconds
    }

    func write(to entry: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: entry.appending(path: "manifest.json"))
    }
}
