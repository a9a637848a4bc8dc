// SPDX-License-Identifier: Apache-2.0

/// One patch that was picked.
package struct MailPatch: Sendable, Hashable {
    package let mail: MailReference
    /// The version of the series that is tested; a part that was not sent again has that of the others.
    package let revision: Revision
    /// From one.
    package let index: Int
    /// How many parts the series has; 1 for a single patch.
    package let total: Int
    /// Sent under its own title into the thread of another series, which comes before it.
    package let isFollowUp: Bool
    /// The commit the series was made for, if it says so.
    package let baseCommit: String?
    package let changes: [FileChange]

    /// What to give to `git apply -p1`: the changes that were read, and nothing else of the mail.
    package var diff: [UInt8] {
        var text: [UInt8] = []
        for change in changes { change.append(to: &text) }
        return text
    }
}
