// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A tree in the cache: unpacked, complete, and nobody's to change.
///
/// Several trees share unchanged files by hard links. Only the times of files are ever changed: all are old, except that a
/// file which differs from what another build was made of gets the present time, so that make sees the difference.
struct SourceTree: Sendable, Hashable {
    /// The time of every file that no build has to notice, as `touch` takes it.
    static let age = "@1000000000"

    /// The name of the entry.
    let id: String
    /// The entry of the cache.
    let entry: URL

    /// What /kcovlab/source shows in the sandbox.
    var root: URL { entry.appending(path: "tree", directoryHint: .isDirectory) }
    /// The list of its files.
    var manifest: URL { entry.appending(path: "manifest") }

    /// A number that is new whenever the tree was unpacked anew, times included.
    var incarnation: String {
        (try? String(contentsOf: entry.appending(path: "incarnation"), encoding: .utf8)) ?? ""
    }

    /// Reads a file; nil when it is not there, not a regular file, or reached through a link.
    func contents(of path: String) -> Data? {
        let file = root.appending(path: path)
        // A link may lead out of the tree.
        guard file.resolvingSymlinksInPath().path == root.resolvingSymlinksInPath().path + "/" + path,
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return try? Data(contentsOf: file)
    }

    /// Completes an entry whose tree was unpacked.
    ///
    /// - Parameter entry: The entry under its provisional name.
    /// - Throws: `BuildHostError`.
    static func seal(_ entry: URL) async throws {
        let root = entry.appending(path: "tree")
        // Readable for the unprivileged user of the sandbox; of one age, so that times say nothing but "changed".
        try await Command.script(
            """
            chmod -R a+rX .
            find . -type f -print0 | xargs -0 -r touch -c -d "$1" --
            """, [age], in: root
        ).output(to: "prepare the source tree")
        try await SourceManifest.write(of: root, to: entry.appending(path: "manifest"))
        try Data(UUID().uuidString.utf8).write(to: entry.appending(path: "incarnation"))
    }
}
