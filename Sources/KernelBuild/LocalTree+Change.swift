// SPDX-License-Identifier: Apache-2.0

import Foundation

extension LocalTree {
    /// What a tree that was unpacked before has to become another one.
    struct Change: Sendable {
        /// Paths that are new, different or gone.
        let paths: [String]
        /// Those that are there afterwards.
        let kept: [String]
    }

    /// Compares a tree with one that was unpacked before.
    ///
    /// - Parameters:
    ///   - old: The beginning of the name of a git tree.
    ///   - resolution: The tree that is wanted.
    /// - Returns: Nil when git does not know the old tree, or a name cannot stand in a list.
    /// - Throws: `BuildHostError`, `CancellationError`.
    func change(from old: some StringProtocol, to resolution: Resolution) async throws -> Change? {
        var command = Command(
            "git",
            [
                "--git-dir=\(resolution.repository.path)", "diff-tree", "-r", "-z", "--no-renames",
                "--name-status", "\(old)^{tree}", resolution.tree,
            ])
        command.environment = Self.environment(reading: resolution)
        let outcome = try await command.outcome()
        guard outcome.succeeded, !outcome.output.contains("\n"), !outcome.output.contains("\u{fffd}") else {
            return nil
        }
        let words = outcome.output.split(separator: "\0").map(String.init)
        let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
        return Change(paths: pairs.map(\.1), kept: pairs.filter { $0.0 != "D" }.map(\.1))
    }

    /// Makes the tree that was unpacked before the wanted one.
    func carryOut(_ change: Change, to resolution: Resolution, in root: URL) async throws {
        func list(_ paths: [String]) -> Data { Data(paths.map { $0 + "\0" }.joined().utf8) }
        var removal = Command.script(
            """
            list=$(mktemp)
            trap 'rm -f "$list"' EXIT
            cat > "$list"
            xargs -0 -r rm -f -- < "$list"
            # Directories that git would not have; errors are about those that are gone or wanted.
            xargs -0 -r dirname -z -- < "$list" | sort -zu \\
                | xargs -0 -r rmdir -p --ignore-fail-on-non-empty -- 2> /dev/null || true
            """, in: root)
        removal.input = list(change.paths)
        try await removal.output(to: "unpack \(directory.path)")
        var command = Command.script(
            """
            xargs -0 -r git --literal-pathspecs --git-dir="$1" -c tar.umask=0022 archive --format=tar "$2" -- \\
                | tar -x -i --no-same-owner
            """, [resolution.repository.path, resolution.tree], in: root)
        command.environment = Self.environment(reading: resolution)
        command.input = list(change.kept)
        if !change.kept.isEmpty { try await command.output(to: "unpack \(directory.path)") }
    }
}
