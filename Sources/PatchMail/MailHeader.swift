// SPDX-License-Identifier: Apache-2.0

/// The header fields of a mail or of one part of it (RFC 5322).
struct MailHeader: Sendable {
    private var values: [String: String] = [:]

    /// Takes the fields from the front of the lines and the blank line after them.
    ///
    /// A line that is no field ends the header as well. Of a field that is repeated, the first counts.
    ///
    /// - Parameter lines: Left with the body.
    /// - Throws: `PatchMailError` when there are too many fields.
    init(from lines: inout ArraySlice<InputLine>) throws(PatchMailError) {
        var last: String?
        var count = 0
        while let line = lines.first?.withoutReturn {
            if line.isBlank {
                lines.removeFirst()
                return
            }
            if let first = line.bytes.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
                // Folded. Of a repeated field, nothing is kept.
                if let last { values[last, default: ""] += " " + line.text.trimmed }
            } else if let name = Self.name(in: line) {
                let key = name.lowercased()
                let isNew = values[key] == nil
                if isNew { values[key] = String(line.text.dropFirst(name.count + 1)).trimmed }
                last = isNew ? key : nil
                count += 1
                if count > InputLimits.fields {
                    throw PatchMailError(
                        .tooMuch("header fields", limit: InputLimits.fields), line: line.number)
                }
            } else {
                return
            }
            lines.removeFirst()
        }
    }

    /// The value as written, unfolded.
    subscript(name: String) -> String? { values[name] }

    /// The value for people, with encoded words decoded (RFC 2047).
    func text(_ name: String) -> String? { values[name].map(EncodedWord.decode) }

    var isEmpty: Bool { values.isEmpty }

    /// The name of the field that begins here.
    static func name(in line: InputLine) -> String? {
        guard let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")), colon > line.bytes.startIndex else {
            return nil
        }
        let name = line.bytes[..<colon]
        guard name.allSatisfy({ (33...126).contains($0) }) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// The ids between angle brackets in a field.
    func ids(_ name: String) -> [String] {
        var ids: [String] = []
        for piece in (values[name] ?? "").split(separator: "<").prefix(InputLimits.ancestors) {
            guard let end = piece.firstIndex(of: ">"), end > piece.startIndex else { continue }
            ids.append(String(piece[..<end]))
        }
        return ids
    }

    /// A field such as `text/plain; charset="utf-8"`: its first word and its parameters, names in lower case.
    func structured(_ name: String) -> (value: String, parameters: [String: String]) {
        var fields = [""]
        var isQuoted = false
        for character in values[name] ?? "" {
            switch character {
            case "\"": isQuoted.toggle()
            case ";" where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        var parameters: [String: String] = [:]
        for field in fields.dropFirst() {
            let sides = field.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { continue }
            parameters[String(sides[0]).trimmed.lowercased()] = String(sides[1]).trimmed
        }
        return (fields[0].trimmed.lowercased(), parameters)
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
