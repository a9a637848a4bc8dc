// SPDX-License-Identifier: Apache-2.0

/// The `From:` and `Subject:` that git writes at the top of the text, or behind a scissors line.
struct InnerHeader: Sendable {
    private(set) var author: String?
    private(set) var subject: String?
    let isBehindScissors: Bool

    init(_ text: [InputLine]) {
        let scissors = text.firstIndex(where: Self.isScissors)
        isBehindScissors = scissors != nil
        for line in text[(scissors.map { $0 + 1 } ?? 0)...].drop(while: \.isBlank) {
            guard let name = MailHeader.name(in: line)?.lowercased() else { return }
            let value = EncodedWord.decode(String(line.text.dropFirst(name.count + 1)).trimmed)
            switch name {
            case "from": author = author ?? value
            case "subject": subject = subject ?? value
            case "date", "message-id": continue
            default: return
            }
        }
    }

    /// `-- >8 --`, where the text of the answer ends and that of the patch begins.
    private static func isScissors(_ line: InputLine) -> Bool {
        guard line.bytes.first == UInt8(ascii: "-"), line.bytes.count < 100 else { return false }
        let words = line.text.trimmed.split(whereSeparator: { $0 == " " || $0 == "-" })
        let marks: Set<Substring> = [">8", "8<", ">%", "%<"]
        return words.contains(where: marks.contains)
            && words.allSatisfy { marks.contains($0) || ["cut", "here", "snip"].contains($0.lowercased()) }
    }
}
