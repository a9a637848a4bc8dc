// SPDX-License-Identifier: Apache-2.0

/// A test input whose expected diagnostics stand where they belong.
///
/// `«` marks the place a diagnostic points at and is removed; the second number of a place counts characters.
struct MarkedText {
    let text: String
    /// Line and column of each mark, in order.
    let marks: [String]

    init(_ marked: String) {
        var text = ""
        var marks: [String] = []
        var line = 1
        var column = 1
        for character in marked {
            if character == "«" {
                marks.append("\(line):\(column)")
                continue
            }
            text.append(character)
            if character == "\n" { line += 1 }
            column = character == "\n" ? 1 : column + 1
        }
        self.text = text
        self.marks = marks
    }
}
