// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Which mail something is about.
package struct MailReference: Sendable, Hashable {
    /// Decoded and on one line; nil for a plain diff.
    package let subject: String?
    /// `Name <address>`, from the text of the mail when the sender passes on the patch of another.
    package let author: String?
    package let date: Date?
    /// Without its angle brackets.
    package let messageID: String?
    /// In the input file, counted from one.
    package let lines: ClosedRange<Int>
}
