// SPDX-License-Identifier: Apache-2.0

/// What a patch does to one file.
package struct FileChange: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case modified, created, deleted, renamed, copied }

    package let kind: Kind
    /// In the tree; nil for a file that is created.
    package let oldPath: String?
    /// In the tree; nil for a file that is deleted.
    package let newPath: String?
    /// 100644 or 100755, where the diff says it.
    package let oldMode: String?
    package let newMode: String?
    package let hunks: [Hunk]
    /// Where the change begins in the input file.
    package let line: Int
    /// Written by git; other diffs have nothing but names and hunks.
    let isGit: Bool

    /// The file that the change is about, for messages.
    package var path: String { oldPath ?? newPath ?? "" }

    /// Whether both make the same lines of the same files, wherever these lines are.
    func isSame(as other: FileChange) -> Bool {
        func lines(_ change: FileChange) -> [Hunk.Line] { change.hunks.flatMap(\.lines) }
        return kind == other.kind && oldPath == other.oldPath && newPath == other.newPath
            && newMode == other.newMode
            && lines(self).elementsEqual(lines(other)) { $0.kind == $1.kind && $0.bytes == $1.bytes }
    }

    /// Writes the change anew, so that git sees what was checked and nothing else.
    func append(to text: inout [UInt8]) {
        func add(_ line: String) { text += line.utf8 + [10] }
        // A tab ends a name with blanks.
        func field(_ path: String) -> String { path.contains(" ") ? path + "\t" : path }
        if isGit {
            add("diff --git a/\(oldPath ?? path) b/\(newPath ?? path)")
            switch kind {
            case .created: add("new file mode \(newMode ?? "100644")")
            case .deleted: add("deleted file mode \(oldMode ?? "100644")")
            default:
                if let oldMode, let newMode, oldMode != newMode {
                    add("old mode \(oldMode)")
                    add("new mode \(newMode)")
                }
            }
            if kind == .renamed || kind == .copied, let oldPath, let newPath {
                add("\(kind == .renamed ? "rename" : "copy") from \(oldPath)")
                add("\(kind == .renamed ? "rename" : "copy") to \(newPath)")
            }
        }
        guard !hunks.isEmpty else { return }
        add("--- " + (oldPath.map { field("a/\($0)") } ?? "/dev/null"))
        add("+++ " + (newPath.map { field("b/\($0)") } ?? "/dev/null"))
        for hunk in hunks { hunk.append(to: &text) }
    }
}
