// SPDX-License-Identifier: Apache-2.0

/// The parts of a mail that can hold a diff, decoded (RFC 2045, RFC 2046).
struct MailBody: Sendable {
    struct Part: Sendable {
        let lines: [InputLine]
        /// The sender allowed every program on the way to wrap lines anew (RFC 3676).
        let isFlowed: Bool
    }

    private(set) var parts: [Part] = []

    /// Decodes a body.
    ///
    /// - Throws: `PatchMailError` for too many parts, fields or levels.
    init(_ lines: ArraySlice<InputLine>, header: MailHeader) throws(PatchMailError) {
        try add(lines, header: header, depth: 0)
    }

    private mutating func add(
        _ lines: ArraySlice<InputLine>, header: MailHeader, depth: Int
    ) throws(PatchMailError) {
        let type = header.structured("content-type")
        if type.value.hasPrefix("multipart/"), let boundary = type.parameters["boundary"], !boundary.isEmpty {
            guard depth < InputLimits.nesting else {
                throw PatchMailError(
                    .tooMuch("levels of parts in a mail", limit: InputLimits.nesting),
                    line: lines.first?.number ?? 1)
            }
            for part in try Self.split(lines, boundary: boundary) {
                var rest = part
                let header = try MailHeader(from: &rest)
                try add(rest, header: header, depth: depth + 1)
            }
            return
        }
        let name =
            header.structured("content-disposition").parameters["filename"] ?? type.parameters["name"] ?? ""
        guard Self.canHoldDiff(type: type.value, name: name) else { return }
        let encoding = TransferEncoding(header.structured("content-transfer-encoding").value)
        parts.append(
            Part(
                lines: encoding.decode(lines),
                isFlowed: type.parameters["format"]?.lowercased() == "flowed"))
    }

    private static func canHoldDiff(type: String, name: String) -> Bool {
        type.isEmpty || (type.hasPrefix("text/") && type != "text/html")
            || type.hasSuffix("-patch") || type.hasSuffix("-diff")
            || name.hasSuffix(".patch") || name.hasSuffix(".diff")
    }

    /// The lines between the boundaries; the last part may lack its end.
    private static func split(
        _ lines: ArraySlice<InputLine>, boundary: String
    ) throws(PatchMailError) -> [ArraySlice<InputLine>] {
        let marker = "--" + boundary
        var parts: [ArraySlice<InputLine>] = []
        var start: Int?
        for index in lines.indices where lines[index].hasPrefix(marker) {
            let tail = String(decoding: lines[index].bytes.dropFirst(marker.utf8.count), as: UTF8.self)
                .trimmed
            guard tail.isEmpty || tail == "--" else { continue }
            if let start { parts.append(lines[start..<index]) }
            start = tail.isEmpty ? index + 1 : nil
            guard parts.count <= InputLimits.parts else {
                throw PatchMailError(
                    .tooMuch("parts of a mail", limit: InputLimits.parts), line: lines[index].number)
            }
            if start == nil { return parts }
        }
        if let start { parts.append(lines[start...]) }
        return parts
    }
}
