// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A list of all files of a tree with a digest of each, one a line, sorted by bytes.
///
/// A line is `DIGEST KIND<tab>PATH`; KIND is x for an executable file, l for a link, else a dash. Two trees are compared
/// by comparing their lists, which takes a tenth of a second, so neither tree has to be at hand. The digest is BLAKE2b
/// with 160 bits, about three times as fast as SHA-256 in coreutils.
enum SourceManifest {
    /// Which files of a directory belong to the tree.
    enum Selection {
        /// Every file and link outside .git.
        case everything
        /// The listed paths, as far as they exist.
        case paths([String])
    }

    /// Writes the list of a tree.
    ///
    /// - Parameters:
    ///   - tree: The tree.
    ///   - file: The list to write.
    ///   - selection: Which files belong to it.
    /// - Throws: `BuildHostError`.
    static func write(
        of tree: URL, to file: URL, selection: Selection = .everything
    ) async throws {
        var mode = "everything"
        var list = Data()
        switch selection {
        case .everything: break
        case .paths(let paths):
            mode = "paths"
            list = Data(paths.joined(separator: "\0").utf8)
        }
        var command = Command.script(script, [mode, file.path], in: tree)
        command.input = list
        try await command.output(to: "read the tree \(tree.path)")
    }

    /// Writes a list in which some paths are replaced by what another list says about them.
    ///
    /// - Parameters:
    ///   - base: The list to start from.
    ///   - paths: What to leave out of it.
    ///   - replacement: The lines to put in.
    ///   - file: The list to write.
    /// - Throws: `BuildHostError`.
    static func update(_ base: URL, replacing paths: [String], by replacement: URL, to file: URL) async throws
    {
        var command = Command.script(
            """
            awk -F '\\t' 'NR == FNR { gone[$0]; next } !($2 in gone)' /dev/stdin "$1" | sort -m - "$2" > "$3.new"
            mv "$3.new" "$3"
            """, [base.path, replacement.path, file.path])
        // awk takes an empty first file for the second.
        command.input = Data((paths + [""]).joined(separator: "\n").utf8)
        try await command.output(to: "list the patched tree")
    }

    /// The paths that are new or different in a second tree.
    static func changed(from old: URL, to new: URL) async throws -> [String] {
        let output = try await Command.script(
            "comm -13 \"$1\" \"$2\" | cut -f 2- ", [old.path, new.path]
        ).output(to: "compare two trees")
        return output.split(separator: "\n").map(String.init)
    }

    /// A digest of a list: the identity of the tree.
    static func digest(of file: URL) async throws -> String {
        let output = try await Command("sha256sum", ["--", file.path]).output(to: "read \(file.path)")
        return String(output.prefix(64))
    }

    private static let script = #"""
        mode=$1 result=$2
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        case $mode in
        paths) cat > "$work/list" ;;
        everything) find . -name .git -prune -o \( -type f -o -type l \) -printf '%P\0' > "$work/list" ;;
        esac
        sort -zu "$work/list" | xargs -0 -r -n 4000 stat --printf '%f %a\t%n\n' -- \
            > "$work/stat" 2> "$work/missing" || true
        touch "$work/files" "$work/links" "$work/part.none"
        awk -F '\t' -v work="$work" '
            /^8/ { print $2 > (work "/files") }
            /^a/ { print $2 > (work "/links") }
            ' "$work/stat"
        xargs -d '\n' -r -P "$(nproc)" -n 500 sh -c 'work=$0; exec b2sum -l 160 -- "$@" > "$work/part.$$"' "$work" \
            < "$work/files"
        {
            awk -F '\t' '
                FILENAME ~ /part\./ { digest[substr($0, 43)] = substr($0, 1, 40); next }
                /^8/ && ($2 in digest) { split($1, f, " "); print digest[$2] (f[2] ~ /[1357]/ ? " x\t" : " -\t") $2 }
                ' "$work"/part.* "$work/stat"
            xargs -d '\n' -r stat --printf 'link:%N l\t%n\n' -- < "$work/links"
        } | sort > "$result.new"
        mv "$result.new" "$result"
        """#
}
