// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One mail of the input with all that decides about it.
struct Mail: Sendable {
    /// What was found in the text of a mail.
    enum Diff: Sendable {
        case none
        case changes([FileChange])
        /// Only an error when the mail is picked.
        case broken(PatchMailError)
    }

    let reference: MailReference
    let subject: SubjectLine
    /// The ids of the mails it answers, the nearest first.
    let parents: [String]
    /// The address of the sender, who need not be the author.
    let sender: String
    let baseCommit: String?
    /// What b4 writes into every version of a series.
    let changeID: String?
    let diff: Diff

    /// Reads a mail.
    ///
    /// - Throws: `PatchMailError` when it exceeds a limit; a bad diff is kept for later.
    init(_ lines: ArraySlice<InputLine>) throws(PatchMailError) {
        var rest = lines
        let header = try MailHeader(from: &rest)
        let body = try MailBody(rest, header: header)
        let text = body.parts.first?.lines ?? []
        let inner = InnerHeader(text)
        var subject = SubjectLine(header.text("subject") ?? "")
        // An answer with a patch behind a scissors line offers it under its own title.
        if subject.isReply, inner.isBehindScissors, let title = inner.subject { subject = SubjectLine(title) }
        self.subject = subject
        let from = header.text("from")
        sender = Self.address(from ?? "")
        let replied = header.ids("in-reply-to").prefix(1) + header.ids("references").reversed()
        parents = replied.enumerated().filter { !replied[..<$0.offset].contains($0.element) }.map(\.element)
        baseCommit = Self.value("base-commit", in: text) { $0.count >= 12 && $0.allSatisfy(\.isHexDigit) }
        changeID = Self.value("change-id", in: text) { !$0.isEmpty }
        diff = Self.diff(in: body)
        let first = lines.first?.number ?? 1
        reference = MailReference(
            subject: subject.text, author: inner.author ?? from,
            date: header["date"].flatMap(MailDate.parse), messageID: header.ids("message-id").first,
            lines: first...max(first, lines.last?.number ?? first))
    }

    private static func diff(in body: MailBody) -> Diff {
        var found: [FileChange] = []
        for part in body.parts {
            do throws(PatchMailError) {
                let changes = try DiffReader.read(part.lines)
                guard let first = changes.first else { continue }
                if part.isFlowed {
                    throw PatchMailError(
                        .damaged("it was sent as format=flowed, which lets programs wrap its lines"),
                        line: first.line)
                }
                let isRepeated = changes.elementsEqual(found) { $0.isSame(as: $1) }
                guard found.isEmpty || isRepeated else {
                    throw PatchMailError(.severalDiffs, line: first.line)
                }
                if found.isEmpty { found = changes }
            } catch {
                return .broken(error)
            }
        }
        return found.isEmpty ? .none : .changes(found)
    }

    private static func value(_ name: String, in lines: [InputLine], isValid: (String) -> Bool) -> String? {
        for line in lines where line.hasPrefix(name + ": ") {
            let value = String(line.text.dropFirst(name.count + 2)).trimmed
            if isValid(value) { return value }
        }
        return nil
    }

    /// The address in `Name <address>`.
    private static func address(_ from: String) -> String {
        guard let start = from.lastIndex(of: "<"), let end = from[start...].firstIndex(of: ">") else {
            return from.lowercased()
        }
        return from[start..<end].dropFirst().lowercased()
    }
}
