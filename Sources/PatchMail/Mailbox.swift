// SPDX-License-Identifier: Apache-2.0

/// The mails of an mbox file, or the only one of a file with a single mail.
enum Mailbox {
    /// The lines of each mail, without the `From ` lines between them; nil when this is no mail at all.
    ///
    /// - Throws: `PatchMailError` for too many mails.
    static func split(_ lines: [InputLine]) throws(PatchMailError) -> [ArraySlice<InputLine>]? {
        guard let first = lines.firstIndex(where: { !$0.isBlank }) else { return nil }
        guard isSeparator(at: first, in: lines) else {
            return isMail(lines[first...]) ? [lines[first...]] : nil
        }
        let starts = lines.indices.filter { isSeparator(at: $0, in: lines) }
        guard starts.count <= InputLimits.mails else {
            throw PatchMailError(
                .tooMuch("mails", limit: InputLimits.mails), line: lines[starts[InputLimits.mails]].number)
        }
        let ends = starts.dropFirst() + [lines.endIndex]
        return zip(starts, ends).map { start, end in
            // Old programs keep the separators of earlier mailboxes, quoted, before the header.
            lines[(start + 1)..<end].drop { $0.hasPrefix(">From ") }
        }
    }

    /// Whether a mail begins here: `From somebody Mon Sep 17 00:00:00 2001`, and a header field or nothing after it.
    ///
    /// Text with this form inside a mail is quoted as `>From ` by programs that write mboxrd.
    private static func isSeparator(at index: Int, in lines: [InputLine]) -> Bool {
        guard lines[index].hasPrefix("From "), lines[index].bytes.count < 1000 else { return false }
        let words = lines[index].withoutReturn.text.split(separator: " ")
        guard
            let time = words.firstIndex(where: { $0.count(where: { $0 == ":" }) == 2 && isNumeric($0) }),
            words[(time + 1)...].contains(where: { $0.count == 4 && isNumeric($0) })
        else { return false }
        guard index + 1 < lines.endIndex else { return true }
        let next = lines[index + 1]
        return next.isBlank || next.hasPrefix(">From ") || MailHeader.name(in: next) != nil
    }

    private static func isNumeric(_ word: Substring) -> Bool {
        word.allSatisfy { ("0"..."9").contains($0) || $0 == ":" }
    }

    /// Whether the lines begin with header fields, one of which only mail has.
    private static func isMail(_ lines: ArraySlice<InputLine>) -> Bool {
        var rest = lines
        guard let header = try? MailHeader(from: &rest) else { return true }
        return header["from"] != nil || header["subject"] != nil
    }
}
