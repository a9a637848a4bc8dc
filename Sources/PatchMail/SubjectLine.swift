// SPDX-License-Identifier: Apache-2.0

/// What the subject of a mail says about a patch: `Re: [PATCH v2 1/3] title`.
struct SubjectLine: Sendable {
    /// On one line, decoded.
    let text: String
    /// Without what stands in brackets before it and without `Re:`.
    let title: String
    /// Whether it begins with `Re:` or what other languages use.
    let isReply: Bool
    /// Whether a word in the brackets begins with PATCH.
    private(set) var isPatch = false
    /// Nil when no version is written, which is not always the first.
    private(set) var revision: Revision?
    /// The 1/3 of a part, nil when it is not written.
    ///
    /// The cover letter has the index 0.
    private(set) var part: (index: Int, total: Int)?

    init(_ decoded: String) {
        text = decoded.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var rest = Substring(text)
        var isReply = false
        while let colon = rest.firstIndex(of: ":") {
            let marker = rest[..<colon].lowercased()
            guard Self.replies.contains(marker) else { break }
            isReply = true
            rest = rest[rest.index(after: colon)...].drop(while: \.isWhitespace)
        }
        self.isReply = isReply
        var words: [Substring] = []
        while rest.first == "[", let end = rest.firstIndex(of: "]") {
            words += rest[..<end].dropFirst().split { " ,;[".contains($0) }
            rest = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
        }
        title = String(rest)
        for word in words { read(word) }
    }

    private static let replies: Set = ["re", "aw", "sv", "antw", "fwd", "fw"]

    private mutating func read(_ word: Substring) {
        var word = word
        if word.lowercased().hasPrefix("patch") {
            isPatch = true
            // [PATCHv2] has lost its blank.
            word = word.dropFirst(5)
        }
        if let revision = Revision(word: word) { self.revision = revision }
        let sides = word.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, sides.allSatisfy({ (1...4).contains($0.count) }), let index = Int(sides[0]),
            let total = Int(sides[1]), index >= 0, total >= 1, index <= total
        else { return }
        part = (index, total)
    }
}
