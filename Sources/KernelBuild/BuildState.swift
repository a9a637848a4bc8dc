// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What is known about a build directory without looking at what make left in it.
struct BuildState: Codable, Sendable, Hashable {
    let image: String
    /// See `CompilerIdentity.description`.
    let compiler: String
    /// The configuration that was asked for, sorted.
    let request: [String]
    /// The unpacked tree it was made of, and which unpacking: an unfinished build relies on the times of its files.
    let sourceID: String
    let sourceIncarnation: String
    /// The tree that one was made from, if it is a patched one.
    let sourceBase: String?
    /// A crash of the machine may leave files that look complete and are not.
    let bootID: String
    var finished: Bool
    /// Whether all objects were compiled here, so that their number says how many the configuration has.
    let startedFromNothing: Bool

    /// The identity of this boot of the machine.
    static var currentBoot: String {
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    }

    init?(of entry: URL) {
        guard let data = try? Data(contentsOf: entry.appending(path: "state.json")),
            let state = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        self = state
    }

    init(
        image: String, compiler: String, request: [String], tree: SourceTree, startedFromNothing: Bool
    ) {
        self.image = image
        self.compiler = compiler
        self.request = request
        sourceID = tree.id
        sourceIncarnation = tree.incarnation
        sourceBase = tree.ancestor
        bootID = Self.currentBoot
        finished = false
        self.startedFromNothing = startedFromNothing
    }

    func write(to entry: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: entry.appending(path: "state.json"), options: .atomic)
    }
}
