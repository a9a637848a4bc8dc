// SPDX-License-Identifier: Apache-2.0

/// The lines between `diff --git` and the hunks of one file.
struct GitHeader {
    private let start: InputLine
    private var oldMode: String?
    private var newMode: String?
    private var source: String?
    private var target: String?
    private var kind = FileChange.Kind.modified

    init(_ start: InputLine) {
        self.start = start
    }

    /// Whether the header alone changes something.
    var isChange: Bool { kind != .modified || oldMode != newMode }

    /// Reads a line of the header.
    ///
    /// - Returns: False when the line is not part of it.
    /// - Throws: `PatchMailError` for a mode or a path we refuse.
    mutating func take(_ line: InputLine) throws(PatchMailError) -> Bool {
        func value(_ key: String) -> ArraySlice<UInt8>? {
            line.hasPrefix(key + " ") ? line.bytes.dropFirst(key.utf8.count + 1) : nil
        }
        if let field = value("old mode") {
            oldMode = try mode(field, line)
        } else if let field = value("new mode") {
            newMode = try mode(field, line)
        } else if let field = value("new file mode") {
            newMode = try mode(field, line)
            kind = .created
        } else if let field = value("deleted file mode") {
            oldMode = try mode(field, line)
            kind = .deleted
        } else if let field = value("rename from") ?? value("copy from") {
            source = try PatchPath.read(field, .bare, line: line.number)
            kind = line.hasPrefix("rename") ? .renamed : .copied
        } else if let field = value("rename to") ?? value("copy to") {
            target = try PatchPath.read(field, .bare, line: line.number)
            kind = line.hasPrefix("rename") ? .renamed : .copied
        } else if let field = value("index") {
            // The mode of a file whose mode stays.
            let words = field.split(separator: UInt8(ascii: " "))
            if words.count > 1 { _ = try mode(words[1], line) }
        } else {
            return value("similarity index") != nil || value("dissimilarity index") != nil
        }
        return true
    }

    /// The change, once all names are known.
    ///
    /// The names are those of the lines `---` and `+++`, if there are any; nil in them stands for /dev/null.
    ///
    /// - Throws: `PatchMailError` when the names do not agree or one of them is refused.
    func change(
        names: (old: String?, new: String?)?, hunks: [Hunk]
    ) throws(PatchMailError) -> FileChange {
        var (old, new) = names ?? (nil, nil)
        var kind = kind
        if kind == .renamed || kind == .copied {
            guard let source, let target, names.map({ $0 == (source, target) }) ?? true else {
                throw disagreement
            }
            (old, new) = (source, target)
        } else {
            let line = try lineNames()
            if let names {
                // filterdiff and the like drop the mode of a new or deleted file.
                if kind == .modified, names.old == nil { kind = .created }
                if kind == .modified, names.new == nil { kind = .deleted }
                guard (names.old == nil) == (kind == .created), (names.new == nil) == (kind == .deleted),
                    names.old.map({ $0 == line.old }) ?? true, names.new.map({ $0 == line.new }) ?? true
                else { throw disagreement }
            }
            guard line.old == line.new else { throw disagreement }
            old = kind == .created ? nil : line.old
            new = kind == .deleted ? nil : line.new
        }
        return FileChange(
            kind: kind, oldPath: old, newPath: new, oldMode: oldMode, newMode: newMode, hunks: hunks,
            line: start.number, isGit: true)
    }

    private var disagreement: PatchMailError {
        PatchMailError(
            .refused(
                "the names of the file do not agree", expected: "one name, or 'rename from' and 'rename to'"),
            line: start.number)
    }

    /// The names of the `diff --git` line, which has no /dev/null.
    private func lineNames() throws(PatchMailError) -> (old: String, new: String) {
        guard let pair = PatchPath.pair(start.bytes.dropFirst("diff --git ".utf8.count)) else {
            throw disagreement
        }
        // Of a/ and b/ nothing but the letter may differ: i/, w/, c/, o/. Without them, kernel/ would be removed.
        for name in [pair.old, pair.new] {
            let first = name.first == UInt8(ascii: "\"") ? name.dropFirst() : name
            guard
                first.starts(with: "/".utf8) || first.dropFirst().starts(with: "/".utf8)
                    || first.starts(with: "..".utf8)
            else {
                throw PatchMailError(
                    .refused(
                        "the name '\(String(decoding: name, as: UTF8.self))' has no prefix",
                        expected: "a/ and b/ before the names, which git diff --no-prefix leaves out"),
                    line: start.number)
            }
        }
        guard let old = try PatchPath.read(pair.old, .prefixed, line: start.number),
            let new = try PatchPath.read(pair.new, .prefixed, line: start.number)
        else { throw disagreement }
        return (old, new)
    }

    private func mode(_ field: ArraySlice<UInt8>, _ line: InputLine) throws(PatchMailError) -> String {
        let text = String(decoding: field, as: UTF8.self).trimmed
        let what: String
        switch text {
        case "100644", "100755": return text
        case "120000": what = "the patch makes or changes a symbolic link"
        case "160000": what = "the patch changes a submodule"
        default: what = "the patch has a file of mode \(text)"
        }
        throw PatchMailError(
            .refused(what, expected: "a regular file, mode 100644 or 100755"), line: line.number)
    }
}
