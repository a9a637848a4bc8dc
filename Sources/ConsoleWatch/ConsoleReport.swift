// SPDX-License-Identifier: Apache-2.0

/// A kernel report found on the console.
package struct ConsoleReport: Hashable, Sendable, Codable {
    /// The kind, a name from the rules file: panic, oops, warning, bug, kasan, lockdep, hung-task, soft-lockup, ...
    package let kind: String
    /// The line that says what happened, without its time stamp.
    package let title: String
    /// The whole report as printed, capped.
    package let text: String
    /// The first line's number in the console log, counted from one.
    package let line: Int
    /// Whether the kernel cannot go on after it.
    package let isFatal: Bool

    package init(kind: String, title: String, text: String, line: Int, isFatal: Bool) {
        self.kind = kind
        self.title = title
        self.text = text
        self.line = line
        self.isFatal = isFatal
    }
}
