// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// A patch as text, with the paths it touches.
///
/// Accepts what git apply accepts: plain unified diffs, git's extended headers, mail around them.
struct PatchFile: Sendable, Hashable {
    let name: String
    let file: URL
    let contents: Data
    /// Relative to the tree, sorted.
    let paths: [String]

    /// Finds the touched paths and refuses those outside the tree.
    ///
    /// - Parameters:
    ///   - input: The file, for messages.
    ///   - contents: Its bytes.
    ///   - collector: Where mistakes go: a path that leaves the tree, or no change at all.
    init(_ input: KernelRecipe.Input, contents: Data, collector: DiagnosticCollector) {
        name = input.name
        file = input.file
        self.contents = contents
        var found: Set<String> = []
        let lines = String(decoding: contents, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        var scanner = Scanner()
        for (index, line) in lines.enumerated() {
            for raw in scanner.paths(in: line) {
                guard let path = Self.relative(raw) else {
                    collector.report(
                        "the patch touches '\(raw)', which is outside the kernel tree",
                        at: SourceLocation(file: input.file.path, line: index + 1, column: 1),
                        suggestion: "patches are applied with -p1 and may only name files below the tree")
                    continue
                }
                found.insert(path)
            }
        }
        if found.isEmpty, !scanner.sawPath {
            collector.report(
                "the patch changes nothing",
                at: SourceLocation(file: input.file.path, line: 1, column: 1))
        }
        paths = found.sorted()
    }

    /// The path without its first component, or nil when it leaves the tree.
    ///
    /// Also refuses .git, as git does.
    static func relative(_ raw: String) -> String? {
        guard !raw.hasPrefix("/") else { return nil }
        let parts = raw.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count > 1, !parts.contains(".."), !parts.contains(where: { $0.lowercased() == ".git" })
        else { return nil }
        return parts.dropFirst().joined(separator: "/")
    }

    /// Tells headers from the text of hunks, which may look like headers.
    private struct Scanner {
        private(set) var sawPath = false
        private var oldLines = 0
        private var newLines = 0

        mutating func paths(in line: Substring) -> [String] {
            if oldLines > 0 || newLines > 0 {
                switch line.first {
                case "-": oldLines -= 1
                case "+": newLines -= 1
                case "\\": break
                default:
                    oldLines -= 1
                    newLines -= 1
                }
                return []
            }
            if line.hasPrefix("@@ -") {
                let fields = line.split(separator: " ")
                oldLines = fields.count > 1 ? Self.length(fields[1]) : 0
                newLines = fields.count > 2 ? Self.length(fields[2]) : 0
                return []
            }
            let found = header(line)
            if !found.isEmpty { sawPath = true }
            return found.filter { $0 != "/dev/null" }
        }

        private func header(_ line: Substring) -> [String] {
            for prefix in ["--- ", "+++ "] where line.hasPrefix(prefix) {
                // A tab separates the name from a date.
                let name = line.dropFirst(prefix.count).prefix { $0 != "\t" }
                return [Self.unquoted(name)]
            }
            for prefix in ["rename from ", "rename to ", "copy from ", "copy to "]
            where line.hasPrefix(prefix) {
                // These come without the a/ and b/.
                return ["a/" + Self.unquoted(line.dropFirst(prefix.count))]
            }
            guard line.hasPrefix("diff --git ") else { return [] }
            return line.dropFirst("diff --git ".count).split(separator: " ").map(Self.unquoted)
        }

        /// The length in `-12,7`; 1 when it is left out.
        private static func length(_ range: Substring) -> Int {
            let fields = range.dropFirst().split(separator: ",")
            return fields.count == 2 ? Int(fields[1]) ?? 0 : 1
        }

        private static func unquoted(_ name: Substring) -> String {
            let name = name.last == "\r" ? name.dropLast() : name
            guard name.count > 1, name.first == "\"", name.last == "\"" else { return String(name) }
            return String(name.dropFirst().dropLast())
        }
    }
}
