// SPDX-License-Identifier: Apache-2.0

/// Text that anybody may have written, as Markdown that means nothing but the text.
enum MarkdownText {
    static func plain(_ text: String) -> String {
        PlainText.singleLine(text).map { "\\`*_[]<>|&".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    static func row(_ cells: [String]) -> String { "| " + cells.map(plain).joined(separator: " | ") + " |" }
}
