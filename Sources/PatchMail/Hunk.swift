// SPDX-License-Identifier: Apache-2.0

/// One `@@` section of a diff.
package struct Hunk: Sendable, Hashable {
    package struct Line: Sendable, Hashable {
        package enum Kind: Sendable { case context, removed, added }

        package let kind: Kind
        /// Without the mark in front and without the line feed.
        package let content: ArraySlice<UInt8>
        /// In the input file.
        package let number: Int
        /// False before `\ No newline at end of file`.
        package internal(set) var endsWithNewline = true

        /// As it is in the file.
        var bytes: [UInt8] { endsWithNewline ? content + [10] : Array(content) }
    }

    /// `@@ -10,7 +10,8 @@ function`.
    package let header: String
    /// Where the header is in the input file.
    package let line: Int
    /// The first line in the file before the change; 0 when there is none.
    package let oldStart: Int
    /// The first line in the file after the change.
    package let newStart: Int
    package internal(set) var lines: [Line]

    /// What the file must have here.
    package var oldLines: [Line] { lines.filter { $0.kind != .added } }
    package var newLines: [Line] { lines.filter { $0.kind != .removed } }

    func append(to text: inout [UInt8]) {
        text += header.utf8 + [10]
        for line in lines {
            switch line.kind {
            case .context: text.append(UInt8(ascii: " "))
            case .removed: text.append(UInt8(ascii: "-"))
            case .added: text.append(UInt8(ascii: "+"))
            }
            text += line.content + [10]
            if !line.endsWithNewline { text += "\\ No newline at end of file\n".utf8 }
        }
    }
}
