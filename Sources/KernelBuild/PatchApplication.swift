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
        let root = entry.appending(path: "tree")
        // Hard links: a second or two for 87,000 files. git apply deletes a file before it writes it anew, so no file
        // of the base changes.
        try await Command("cp", ["-al", "--", base.root.path, root.path]).output(to: "copy the source tree")
        for patch in patches { try await apply(patch, in: root) }

        let paths = Set(patches.flatMap(\.paths)).sorted()
        try refuseLinks(to: paths, in: root)
        let part = entry.appending(path: "part")
        let present = paths.filter { FileManager.default.fileExists(atPath: root.appending(path: $0).path) }
        try await Command("chmod", ["a+rX", "--"] + present, in: root).output(to: "prepare the source tree")
        // As old as every other file: a build that starts from one with the same patch must not see a difference.
        try await Command("touch", ["-c", "-h", "-d", SourceTree.age, "--"] + present, in: root)
            .output(to: "prepare the source tree")
        try await SourceManifest.write(of: root, to: part, selection: .paths(paths))
        try await SourceManifest.update(
            base.manifest, replacing: paths, by: part, to: entry.appending(path: "manifest"))
        try FileManager.default.removeItem(at: part)
        try Data(UUID().uuidString.utf8).write(to: entry.appending(path: "incarnation"))
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
