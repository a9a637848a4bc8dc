// SPDX-License-Identifier: Apache-2.0

/// One element of an XML document; what it holds is escaped when it is written.
struct Element: Sendable {
    private let name: String
    private let attributes: [(String, String)]
    private let content: String?
    private let children: [Element]

    init(_ name: String, _ attributes: [(String, String)], children: [Element] = [], text: String? = nil) {
        self.name = name
        self.attributes = attributes
        self.children = children
        content = text
    }

    func text(indent: String) -> String {
        let head =
            indent + "<" + name + attributes.map { " \($0.0)=\"\(Self.attribute($0.1))\"" }.joined()
        if let content { return head + ">" + Self.escape(content) + "</\(name)>\n" }
        guard !children.isEmpty else { return head + "/>\n" }
        return head + ">\n" + children.map { $0.text(indent: indent + "  ") }.joined()
            + indent + "</\(name)>\n"
    }

    private static func attribute(_ text: String) -> String {
        escape(PlainText.singleLine(text))
    }

    private static func escape(_ text: String) -> String {
        var result = ""
        for character in PlainText.escaped(text).unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
