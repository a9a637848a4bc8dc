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
    /// Those that it knows and does not take, with the reason; nil when it was built before this was noted.
    let unsettable: [String: String]?
    /// See `KernelArtifact.warnings`.
    let warnings: [String]?
    /// What the reader has to know about how it was made, such as what the build tried to reach; nil when it was built
    /// before this was noted.
    let remarksOnBuild: [String]?
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

    /// What was left out of the request.
    var withheld: LeftOutOptions { LeftOutOptions(unknown: leftOut ?? [], unsettable: unsettable ?? [:]) }

    /// What is known of a kernel when its build is over.
    struct Making {
        let leftOut: LeftOutOptions
        let warnings: [String]
        let remarks: [String]
        /// Word by word.
        let commands: [[String]]
        let objects: Int
        let seconds: Double
    }

    init(
        key: String, recipe: KernelRecipe, release: String, source: ResolvedSource,
        compiler: CompilerIdentity, made: Making, environment: [String: String]
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
        leftOut = made.leftOut.unknown
        unsettable = made.leftOut.unsettable
        warnings = made.warnings
        remarksOnBuild = made.remarks
        commands = made.commands.map { $0.joined(separator: " ") }
        self.environment = environment
        remarks = source.remarks
        objects = made.objects
        seconds = made.seconds
    }

    func write(to entry: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: entry.appending(path: "manifest.json"))
    }
}
