// SPDX-License-Identifier: Apache-2.0

import Foundation

extension SourceTree {
    /// The entry whose files this one shares, if it was made from another: the first of a chain.
    var ancestor: String {
        (try? String(contentsOf: entry.appending(path: "base"), encoding: .utf8)) ?? id
    }

    /// Makes another tree of this one that shares all files but some.
    ///
    /// - Parameters:
    ///   - entry: Where `tree`, `manifest`, `incarnation` and `base` go.
    ///   - paths: What is new, different or gone in the other tree, and may be more than that.
    ///   - change: Changes the copy it is given; it deletes a file before it writes it anew, or this tree would change.
    /// - Throws: `BuildHostError`, and what `change` throws.
    func derive(
        into entry: URL, changing paths: [String], by change: (URL) async throws -> Void
    ) async throws {
        let copy = entry.appending(path: "tree")
        // Hard links: a second or two for 87,000 files.
        try await Command("cp", ["-al", "--", root.path, copy.path]).output(to: "copy the source tree")
        try await change(copy)
        let part = entry.appending(path: "part")
        var prepare = Command.script(
            """
            while IFS= read -r -d '' path; do
                # What a link leads to may be outside.
                if [ -L "$path" ]; then printf '%s\\0' "$path" >&3
                elif [ -f "$path" ]; then printf '%s\\0' "$path"; fi
            done > "$2" 3> "$2.links"
            xargs -0 -r chmod a+rX -- < "$2"
            # As old as every other file: a build that starts from one with the same change must not see a difference.
            cat "$2" "$2.links" | xargs -0 -r touch -c -h -d "$1" --
            rm "$2.links"
            """, [Self.age, part.path], in: copy)
        prepare.input = Data(paths.map { $0 + "\0" }.joined().utf8)
        try await prepare.output(to: "prepare the source tree")
        try await SourceManifest.write(of: copy, to: part, selection: .paths(paths))
        try await SourceManifest.update(
            manifest, replacing: paths, by: part, to: entry.appending(path: "manifest"))
        try FileManager.default.removeItem(at: part)
        try Data(ancestor.utf8).write(to: entry.appending(path: "base"))
        try Data(UUID().uuidString.utf8).write(to: entry.appending(path: "incarnation"))
    }
}
