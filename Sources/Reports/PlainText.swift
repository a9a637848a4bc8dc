// SPDX-License-Identifier: Apache-2.0

/// Text that a guest may have chosen, made safe to show.
package enum PlainText {
    /// Replaces every control character but line feed and tab by `\xNN`, so that guest output can neither move the
    /// cursor nor end a report's line, and every character XML 1.0 forbids.
    package static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0a:
                result.unicodeScalars.append(scalar)
            case 0x00...0x1f, 0x7f...0x9f:
                result += "\\x" + hex(scalar.value, digits: 2)
            case 0xfffe, 0xffff, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069:
                result += "\\u{" + hex(scalar.value, digits: 4) + "}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same on one line: line feeds and tabs become blanks.
    package static func singleLine(_ text: String) -> String {
        escaped(text.split(whereSeparator: \.isNewline).joined(separator: "\n"))
            .split(whereSeparator: { $0 == "\n" || $0 == "\t" }).joined(separator: " ")
    }

    /// The last lines of a text.
    package static func tail(_ text: String, lines: Int) -> [Substring] {
        // A carriage return with its line feed is one character, which a line feed alone does not match.
        text.split(whereSeparator: \.isNewline).suffix(lines)
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
