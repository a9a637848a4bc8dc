// SPDX-License-Identifier: Apache-2.0

/// What one file given with `--patch` means: patches in the order to apply them, and the mails that give none.
///
/// The file is a diff, a mail, an mbox or a saved thread. Reading it writes nothing and runs nothing. Which version of a
/// series is picked follows b4:
/// - the highest `vN` of a series; the last one sent of those with the same number;
/// - a version of which only some parts were sent, each in answer to the part it replaces, is completed from the version
///   before; any other missing part is an error;
/// - patches under other titles in the same thread come after the series, by date. Those that answer a version that a
///   later one has replaced are left out.
package struct PatchThread: Sendable, Hashable {
    package let patches: [MailPatch]
    /// In the order of the file.
    package let leftOut: [LeftOutMail]

    /// Reads the bytes of a file.
    ///
    /// - Throws: `PatchMailError` with the line and the mail that is wrong.
    package init(reading bytes: [UInt8]) throws(PatchMailError) {
        guard bytes.count <= InputLimits.bytes else {
            throw PatchMailError(.tooMuch("bytes", limit: InputLimits.bytes), line: 1)
        }
        let lines = try InputLine.lines(of: bytes)
        guard lines.contains(where: { !$0.isBlank }) else { throw PatchMailError(.emptyFile, line: 1) }
        guard let pieces = try Mailbox.split(lines) else {
            self = try PatchThread(diff: lines)
            return
        }
        var mails: [Mail] = []
        var left: [LeftOutMail] = []
        var seen: [String: Int] = [:]
        for piece in pieces where piece.contains(where: { !$0.isBlank }) {
            let mail = try Mail(piece)
            if let id = mail.reference.messageID, let line = seen[id] {
                left.append(LeftOutMail(mail: mail.reference, reason: .duplicate(line: line)))
                continue
            }
            if let id = mail.reference.messageID { seen[id] = mail.reference.lines.lowerBound }
            mails.append(mail)
        }
        guard !mails.isEmpty else { throw PatchMailError(.emptyMailbox, line: 1) }
        let picker = try SeriesPicker(MailThreads(mails))
        guard !picker.patches.isEmpty else {
            throw PatchMailError(.noPatch(mails: mails.count), line: 1)
        }
        left += picker.leftOut.map { LeftOutMail(mail: mails[$0.key].reference, reason: $0.value) }
        patches = picker.patches
        leftOut = left.sorted { $0.mail.lines.lowerBound < $1.mail.lines.lowerBound }
    }

    /// A file without mail is one patch.
    private init(diff lines: [InputLine]) throws(PatchMailError) {
        let changes = try DiffReader.read(lines)
        guard !changes.isEmpty else { throw PatchMailError(.notAPatch, line: 1) }
        let reference = MailReference(
            subject: nil, author: nil, date: nil, messageID: nil, lines: 1...lines.count)
        patches = [
            MailPatch(
                mail: reference, revision: Revision(1), index: 1, total: 1, isFollowUp: false,
                baseCommit: nil,
                changes: changes)
        ]
        leftOut = []
    }
}
