// SPDX-License-Identifier: Apache-2.0

/// One line of text and where it begins in the file given with `--patch`.
package struct InputLine: Sendable, Hashable {
    /// Counted from one.
    package let number: Int
    /// Without the line feed.
    package let bytes: ArraySlice<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }

    var isBlank: Bool { bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == 13 } }

    func hasPrefix(_ prefix: String) -> Bool { bytes.starts(with: prefix.utf8) }

    /// Without the carriage return that a line of a mail may end with.
    var withoutReturn: InputLine {
        bytes.last == 13 ? InputLine(number: number, bytes: bytes.dropLast()) : self
    }

    /// The lines of a file.
    ///
    /// - Throws: `PatchMailError` when there are more than the limit.
    static func lines(of bytes: [UInt8]) throws(PatchMailError) -> [InputLine] {
        var lines: [InputLine] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
            lines.append(InputLine(number: lines.count + 1, bytes: bytes[start..<end]))
            start = end + 1
            if lines.count > InputLimits.lines {
                throw PatchMailError(.tooMuch("lines", limit: InputLimits.lines), line: lines.count)
            }
        }
        return lines
    }
}
