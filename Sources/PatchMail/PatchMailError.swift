// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// Why the file given with `--patch` cannot be used.
package struct PatchMailError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case emptyFile
        case emptyMailbox
        /// Neither a diff nor a mail.
        case notAPatch
        /// Mails without a single patch.
        case noPatch(mails: Int)
        /// More than the reader is willing to look at.
        case tooMuch(String, limit: Int)
        /// Parts of the newest version of a series that are not in the file, such as `[v2 2/3]`.
        case missingParts([String], of: String)
        /// The diff ends within a hunk that needs so many more lines.
        case truncatedHunk(String, old: Int, new: Int)
        /// The diff was changed on its way, mostly by a mail program that wraps lines.
        case damaged(String)
        /// A well-formed change that is never applied.
        case refused(String, expected: String)
        /// Different diffs in several parts of one mail.
        case severalDiffs
    }

    package let kind: Kind
    /// In the file, counted from one.
    package let line: Int
    /// The subject of the mail that is wrong; nil for a plain diff or when it is not about one mail.
    package private(set) var mail: String?

    init(_ kind: Kind, line: Int, mail: String? = nil) {
        self.kind = kind
        self.line = line
        self.mail = mail
    }

    func inMail(_ subject: String?) -> PatchMailError {
        PatchMailError(kind, line: line, mail: mail ?? subject)
    }

    /// What the user reads: with the file and the line.
    package func diagnostic(file: String) -> Diagnostic {
        Diagnostic(
            description, at: SourceLocation(file: file, line: line, column: 1), suggestion: suggestion)
    }

    private var suggestion: String? {
        switch kind {
        case .missingParts: "save the whole thread, or the parts that are to be tested"
        case .damaged: "ask for the patch as an attachment, or fetch the mail from the archive"
        case .truncatedHunk: "the end of the mail is lost; fetch it from the archive"
        case .noPatch: "a diff that is quoted with '>' is not a patch"
        case .severalDiffs: "save the right one as a file of its own"
        default: nil
        }
    }
}

extension PatchMailError: CustomStringConvertible {
    /// One sentence without the place.
    package var description: String { mail.map { "'\($0)': \(what)" } ?? what }

    private var what: String {
        switch kind {
        case .emptyFile: "the file is empty"
        case .emptyMailbox: "the mailbox has no mail"
        case .notAPatch: "found neither a diff nor a mail"
        case .noPatch(mails: 1): "the mail has no patch"
        case .noPatch(let mails): "none of the \(mails) mails has a patch"
        case .tooMuch(let what, let limit): "more than \(limit) \(what)"
        case .missingParts(let parts, let series):
            "the newest version of '\(series)' is not complete: \(parts.joined(separator: ", ")) "
                + (parts.count == 1 ? "is missing" : "are missing")
        case .truncatedHunk(let header, let old, let new):
            "the diff ends inside the hunk '\(header)', which needs \(old) more old and \(new) more new lines"
        case .damaged(let why): "the patch is damaged: \(why)"
        case .refused(let what, let expected): "\(what); expected \(expected)"
        case .severalDiffs: "more than one part of the mail has a diff, and they differ"
        }
    }
}
