// SPDX-License-Identifier: Apache-2.0

/// A mail that gives no patch, and why.
package struct LeftOutMail: Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case coverLetter
        /// An answer without a diff of its own; what it quotes does not count.
        case reply
        /// An answer with a diff that is not offered as a patch.
        case replyWithDiff
        case noDiff
        /// The mail with the same id begins at this line.
        case duplicate(line: Int)
        /// There is a newer version of the patch.
        case superseded(by: Revision)
        /// A fix of a version that a newer one has replaced since.
        case fixOfSuperseded(by: Revision)
        /// Another picked patch, which begins at this line, makes the same change or has the same title.
        case repeats(line: Int)
    }

    package let mail: MailReference
    package let reason: Reason

    package var description: String {
        switch reason {
        case .coverLetter: "a cover letter"
        case .reply: "a reply without a patch of its own"
        case .replyWithDiff: "a reply with a diff that is not sent as a patch"
        case .noDiff: "has no diff"
        case .duplicate(let line): "the same mail as in line \(line)"
        case .superseded(let revision): "superseded by \(revision)"
        case .fixOfSuperseded(let revision): "a fix of a version that \(revision) has replaced since"
        case .repeats(let line): "repeats the patch in line \(line)"
        }
    }
}
