// SPDX-License-Identifier: Apache-2.0

/// Finds the changes in the text of a mail or of a diff.
struct DiffReader {
    private let lines: [InputLine]
    private var index = 0

    /// The changes in the order of the text; empty when the text has no diff.
    ///
    /// Text before, between and after the changes is skipped, and so is a diff that is quoted or indented.
    ///
    /// - Throws: `PatchMailError` for a diff that is cut off or damaged, or that has a change we refuse.
    static func read(_ lines: [InputLine]) throws(PatchMailError) -> [FileChange] {
        let start = lines.first { $0.hasPrefix("diff --git ") || $0.hasPrefix("@@ -") }
        // When its headers end with a carriage return, the diff got them on its way; else they belong to the files.
        let hasReturns = start?.bytes.last == 13
        var reader = DiffReader(lines: hasReturns ? lines.map(\.withoutReturn) : lines)
        var changes: [FileChange] = []
        while let change = try reader.next() { changes.append(change) }
        return changes
    }

    private init(lines: [InputLine]) {
        self.lines = lines
    }

    private mutating func next() throws(PatchMailError) -> FileChange? {
        while index < lines.count {
            let line = lines[index]
            if line.hasPrefix("diff --git ") { return try gitChange() }
            if line.hasPrefix("--- "), peek(1)?.hasPrefix("+++ ") == true, let third = peek(2),
                HunkHeader(third) != nil
            {
                return try plainChange()
            }
            if HunkHeader(line) != nil {
                throw damaged("a hunk without the names of its file", at: line)
            }
            if line.hasPrefix("Binary files "), line.text.hasSuffix(" differ") { throw binary(line) }
            index += 1
        }
        return nil
    }

    private func peek(_ distance: Int) -> InputLine? {
        index + distance < lines.count ? lines[index + distance] : nil
    }

    private mutating func plainChange() throws(PatchMailError) -> FileChange {
        let start = lines[index]
        let names = try readNames()
        let hunks = try readHunks()
        let kind: FileChange.Kind = names.old == nil ? .created : names.new == nil ? .deleted : .modified
        // Two names mean a copy that was made before editing; the new one counts, as for git.
        return try checked(
            FileChange(
                kind: kind, oldPath: names.old == nil ? nil : names.new ?? names.old, newPath: names.new,
                oldMode: nil, newMode: nil, hunks: hunks, line: start.number, isGit: false))
    }

    private mutating func gitChange() throws(PatchMailError) -> FileChange {
        let start = lines[index]
        index += 1
        var header = GitHeader(start)
        while let line = peek(0), try header.take(line) { index += 1 }
        if let line = peek(0), line.hasPrefix("GIT binary patch") || line.hasPrefix("Binary files ") {
            throw binary(line)
        }
        var names: (old: String?, new: String?)?
        var hunks: [Hunk] = []
        if let line = peek(0), line.hasPrefix("--- ") {
            guard peek(1)?.hasPrefix("+++ ") == true else {
                throw damaged("'+++' is expected after '---'", at: peek(1) ?? line)
            }
            names = try readNames()
            hunks = try readHunks()
        } else if !header.isChange {
            throw damaged("nothing follows 'diff --git'; the mail may have been cut off", at: start)
        }
        return try checked(try header.change(names: names, hunks: hunks))
    }

    private mutating func readNames() throws(PatchMailError) -> (old: String?, new: String?) {
        let (old, new) = (lines[index], lines[index + 1])
        index += 2
        let names = (
            try PatchPath.read(old.bytes.dropFirst(4), .prefixed, line: old.number),
            try PatchPath.read(new.bytes.dropFirst(4), .prefixed, line: new.number)
        )
        guard names != (nil, nil) else {
            throw PatchMailError(
                .refused("both names are /dev/null", expected: "the name of a file"), line: new.number)
        }
        return names
    }

    private mutating func readHunks() throws(PatchMailError) -> [Hunk] {
        var hunks: [Hunk] = []
        while let line = peek(0), let header = HunkHeader(line) {
            index += 1
            hunks.append(try readHunk(header, at: line))
        }
        guard !hunks.isEmpty else {
            throw damaged("a hunk is expected after the names", at: peek(0) ?? lines[index - 1])
        }
        return hunks
    }

    private mutating func readHunk(_ header: HunkHeader, at line: InputLine) throws(PatchMailError) -> Hunk {
        var old = header.oldCount
        var new = header.newCount
        var found: [Hunk.Line] = []
        while old > 0 || new > 0 || peek(0)?.hasPrefix("\\ ") == true {
            guard let next = peek(0), !isSignature(next) else {
                throw PatchMailError(
                    .truncatedHunk(line.text, old: old, new: new), line: lines[index - 1].number)
            }
            let kind: Hunk.Line.Kind? =
                switch next.bytes.first {
                // Programs that cut blanks at the end of lines leave nothing of an empty line.
                case UInt8(ascii: " "), nil: .context
                case 13 where next.bytes.count == 1: .context
                case UInt8(ascii: "-"): .removed
                case UInt8(ascii: "+"): .added
                default: nil
                }
            if let kind {
                if kind != .added { old -= 1 }
                if kind != .removed { new -= 1 }
                guard old >= 0, new >= 0 else {
                    throw damaged("the hunk '\(line.text)' has more lines than its header says", at: next)
                }
                found.append(Hunk.Line(kind: kind, content: next.bytes.dropFirst(), number: next.number))
            } else if next.hasPrefix("\\ "), !found.isEmpty {
                found[found.count - 1].endsWithNewline = false
            } else {
                throw damaged(
                    "'\(next.text)' is no line of the hunk '\(line.text)'; a mail program has wrapped or changed it",
                    at: next)
            }
            index += 1
        }
        if let next = peek(0), isSurplus(next) {
            throw damaged("the hunk '\(line.text)' has more lines than its header says", at: next)
        }
        return Hunk(
            header: line.text, line: line.number, oldStart: header.oldStart, newStart: header.newStart,
            lines: found)
    }

    /// Whether the mail ends here although the hunk does not: `--`, and after it what no hunk can have.
    private func isSignature(_ line: InputLine) -> Bool {
        guard line.bytes.count <= 4, line.text.trimmed == "--" else { return false }
        guard let after = peek(1)?.bytes.first else { return peek(1) == nil }
        return !" +-\\".utf8.contains(after)
    }

    /// Whether the line behind a hunk looks as if it belonged to it; a signature and the next file do not.
    private func isSurplus(_ line: InputLine) -> Bool {
        guard let first = line.bytes.first, !line.isBlank, " +-".utf8.contains(first) else { return false }
        return !line.hasPrefix("-- ") && !line.hasPrefix("---") && line.text.trimmed != "--"
    }

    private func checked(_ change: FileChange) throws(PatchMailError) -> FileChange {
        if change.kind == .created, change.hunks.contains(where: { !$0.oldLines.isEmpty }) {
            throw PatchMailError(.damaged("'\(change.path)' is new but has old lines"), line: change.line)
        }
        if change.kind == .deleted, change.hunks.contains(where: { !$0.newLines.isEmpty }) {
            throw PatchMailError(
                .damaged("'\(change.path)' is deleted but has new lines"), line: change.line)
        }
        return change
    }

    private func damaged(_ why: String, at line: InputLine) -> PatchMailError {
        PatchMailError(.damaged(why), line: line.number)
    }

    private func binary(_ line: InputLine) -> PatchMailError {
        PatchMailError(
            .refused("the patch changes a binary file", expected: "changes of text"), line: line.number)
    }
}
