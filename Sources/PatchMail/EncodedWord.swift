// SPDX-License-Identifier: Apache-2.0

/// Words such as `=?utf-8?q?J=C3=B6rg?=` in header fields (RFC 2047).
enum EncodedWord {
    /// The text with every encoded word decoded; what is none stays as it is.
    static func decode(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        var followsWord = false
        while let start = rest.firstRange(of: "=?") {
            let between = rest[..<start.lowerBound]
            let fields = rest[start.upperBound...].split(
                separator: "?", maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4, fields[3].first == "=",
                let word = decode(fields[2], charset: fields[0], encoding: fields[1])
            else {
                result += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                followsWord = false
                continue
            }
            // White space between two encoded words is not part of the text.
            if !(followsWord && between.allSatisfy(\.isWhitespace)) { result += between }
            result += word
            followsWord = true
            rest = fields[3].dropFirst()
        }
        return result + rest
    }

    private static func decode(_ word: Substring, charset: Substring, encoding: Substring) -> String? {
        guard !word.contains(where: \.isWhitespace) else { return nil }
        let row = InputLine(number: 1, bytes: ArraySlice(word.utf8))
        let bytes: [UInt8]
        switch encoding.lowercased() {
        case "b": bytes = TransferEncoding.base64.decode([row]).flatMap { $0.bytes + [10] }.dropLast()
        case "q":
            let spaces = row.bytes.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }
            bytes = TransferEncoding.unescape(spaces[...])
        default: return nil
        }
        // A language may follow: =?utf-8*en?...
        switch charset.prefix(while: { $0 != "*" }).lowercased() {
        case "iso-8859-1", "latin1": return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
        default: return String(decoding: bytes, as: UTF8.self)
        }
    }
}
