// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import PatchMail

/// Makes a patched tree that shares all other files with the tree it came from.
struct PatchApplication: Sendable {
    let base: SourceTree
    let patches: [PatchFile]

    /// Fills an entry.
    ///
    /// - Parameter entry: Where `tree`, `manifest` and `incarnation` go.
    /// - Throws: `InputError` with the rejected hunks of the first patch that does not apply, `BuildHostError`.
    func write(to entry: URL) async throws {
        let paths = Set(patches.flatMap(\.paths)).sorted()
        try await base.derive(into: entry, changing: paths) { root in
            // git apply deletes a file before it writes it anew.
            for patch in patches { try await apply(patch, in: root) }
            try refuseLinks(to: paths, in: root)
        }
    }

    private func apply(_ patch: PatchFile, in root: URL) async throws {
        // Without a repository above, git takes the working directory for the tree and refuses every path outside it or
        // beyond a link. All of a patch is applied or nothing.
        var command = Command(
            "git", ["apply", "-p1", "--whitespace=nowarn", "-"], in: root, input: patch.contents)
        command.environment = [
            "GIT_CEILING_DIRECTORIES": root.deletingLastPathComponent().path, "GIT_DIR": "/nonexistent",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        ]
        let outcome = try await command.outcome()
        if outcome.succeeded { return }
        if outcome.diskWasFull {
            throw BuildHostError.diskFull(at: root, during: "apply \(patch.file.lastPathComponent)")
        }
        var fit = PatchFit { path in
            let file = root.appending(path: path)
            // A link may lead out of the tree.
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
            return (try? Data(contentsOf: file)).map { [UInt8]($0) }
        }
        let misfits = fit.apply(patch.patch).map { $0.diagnostic(file: patch.file.path) }
        guard misfits.isEmpty else { throw InputError(misfits) }
        throw InputError(
            "the patch does not apply to \(base.id): \(outcome.complaint)",
            at: SourceLocation(file: patch.file.path, line: patch.patch.mail.lines.lowerBound, column: 1))
    }

    /// A link that a patch makes must stay in the tree: kcovlab itself reads some files of it.
    private func refuseLinks(to paths: [String], in root: URL) throws(InputError) {
        for path in paths {
            let file = root.appending(path: path)
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file.path) else {
                continue
            }
            let depth = path.split(separator: "/").count - 1
            let climbs = target.split(separator: "/").count { $0 == ".." }
            if target.hasPrefix("/") || climbs > depth {
                throw InputError(
                    "the patch makes '\(path)' a link to '\(target)', which is outside the kernel tree",
                    at: SourceLocation(file: patches.first?.file.path ?? path, line: 1, column: 1))
            }
        }
    }
}
