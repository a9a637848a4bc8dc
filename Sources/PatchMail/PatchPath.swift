// SPDX-License-Identifier: Apache-2.0

/// Names of files in a diff, which must stay inside the tree.
enum PatchPath {
    /// How a name is written.
    enum Form: Sendable {
        /// With one directory in front that is removed, as for `patch -p1`.
        case prefixed
        /// As it is in the tree, after `rename from` and the like.
        case bare
    }

    /// The path in the tree of a name as it is written; nil for /dev/null.
    ///
    /// A tab ends the name, and quotes are those of C.
    ///
    /// - Throws: `PatchMailError.Kind.refused` for a path that leaves the tree or has no place in it.
    static func read(
        _ field: ArraySlice<UInt8>, _ form: Form, line: Int
    ) throws(PatchMailError) -> String? {
        let written =
            field.first == UInt8(ascii: "\"") ? unquote(field)?.name : Array(field.prefix { $0 != 9 })
        guard let written, let name = String(validating: written, as: UTF8.self) else {
            throw refusal("the name \(String(decoding: field, as: UTF8.self)) cannot be read", line)
        }
        if form == .prefixed, name == "/dev/null" { return nil }
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(".."), !name.hasPrefix("/") else {
            throw refusal("the patch touches '\(name)', which is outside the kernel tree", line)
        }
        if form == .prefixed {
            guard parts.count > 1 else {
                throw refusal("the name '\(name)' has no directory in front that could be removed", line)
            }
            parts.removeFirst()
        }
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." }) else {
            throw refusal("the name '\(name)' is not that of a file", line)
        }
        guard !parts.contains(where: { $0.lowercased() == ".git" }) else {
            throw refusal("the patch touches '\(name)', which belongs to git", line)
        }
        guard
            name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 && $0 != "\"" && $0 != "\\" })
        else {
            throw refusal("the name '\(name.debugDescription)' has characters no kernel file has", line)
        }
        return parts.joined(separator: "/")
    }

    /// The two names of a `diff --git` line, still with their prefixes; nil when they cannot be told apart.
    static func pair(_ field: ArraySlice<UInt8>) -> (old: ArraySlice<UInt8>, new: ArraySlice<UInt8>)? {
        if field.first == UInt8(ascii: "\"") {
            guard let end = unquote(field)?.end, end < field.endIndex, field[end] == UInt8(ascii: " ") else {
                return nil
            }
            return (field[..<end], field[(end + 1)...])
        }
        if field.last == UInt8(ascii: "\""), let quote = field.dropLast().firstIndex(of: UInt8(ascii: "\"")),
            quote > field.startIndex
        {
            return (field[..<(quote - 1)], field[quote...])
        }
        // Names may have blanks. Without a rename both are the same but for their first directory.
        let blanks = field.indices.filter { field[$0] == UInt8(ascii: " ") }
        if blanks.count == 1 { return (field[..<blanks[0]], field[(blanks[0] + 1)...]) }
        let middle = field.startIndex + field.count / 2
        guard field.count % 2 == 1, field[middle] == UInt8(ascii: " ") else { return nil }
        let (old, new) = (field[..<middle], field[(middle + 1)...])
        return old.drop { $0 != UInt8(ascii: "/") } == new.drop { $0 != UInt8(ascii: "/") } ? (old, new) : nil
    }

    private static func refusal(_ what: String, _ line: Int) -> PatchMailError {
        PatchMailError(.refused(what, expected: "a file below the tree, such as a/kernel/kcov.c"), line: line)
    }

    /// Decodes a name in quotes; the end is behind the closing quote.
    private static func unquote(_ field: ArraySlice<UInt8>) -> (name: [UInt8], end: Int)? {
        let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10,
            UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        ]
        var name: [UInt8] = []
        var index = field.startIndex + 1
        while index < field.endIndex {
            switch field[index] {
            case UInt8(ascii: "\""): return (name, index + 1)
            case UInt8(ascii: "\\"):
                guard index + 1 < field.endIndex else { return nil }
                if let byte = escapes[field[index + 1]] {
                    name.append(byte)
                    index += 2
                } else {
                    let digits = field[(index + 1)...].prefix(3)
                    guard digits.count == 3,
                        let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
                    else { return nil }
                    name.append(byte)
                    index += 4
                }
            case let byte:
                name.append(byte)
                index += 1
            }
        }
        return nil
    }
}
