// SPDX-License-Identifier: Apache-2.0

/// Text that anybody may have written, as KTAP takes it.
enum KTAPText {
    static func comment(_ text: String) -> String { "# " + PlainText.singleLine(text) }

    /// A test's name, in which a hash sign would start a directive.
    static func title(_ text: String) -> String {
        PlainText.singleLine(text).replacing("#", with: "\\#")
    }
}
