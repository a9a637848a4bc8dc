// SPDX-License-Identifier: Apache-2.0

/// One source file of a run, with the lines that the run recorded and those that it could have recorded.
struct SourcePage: Sendable {
    /// The branch and the night, for the title.
    let title: String
    /// Relative to the directory of the nights.
    let evidence: String
    /// Relative to the top of the tree.
    let file: String
    /// The text of the file as the commit has it.
    let source: String
    /// How often each line was recorded, zero included.
    let counts: [Int: Int]

    var text: String {
        let page = NightPaths.source(file, evidence)
        let hit = counts.values.count { $0 > 0 }
        let body: [Element] = [
            NightStyle.way(
                NightStyle.link("all nights", from: page, to: NightPaths.overview),
                NightStyle.link(title, from: page, to: NightPaths.run(evidence)),
                NightStyle.link("covered lines", from: page, to: NightPaths.sources(evidence))),
            Element("p", [], text: "\(hit) of \(counts.count) lines with coverage points were recorded."),
            Element(
                "p", [("class", "note")],
                children: [
                    Element("span", [("class", "mark hit")], text: "recorded"),
                    Element("span", [("class", "mark missed")], text: "not recorded"),
                    Element("span", [], text: "no mark: no coverage point of its own"),
                ]),
            Element("div", [("class", "source")], children: lines),
        ]
        return NightStyle.page(file, body)
    }

    /// Lines with coverage points, each for itself, so that a link can lead to it; what lies between them in one piece.
    private var lines: [Element] {
        var elements: [Element] = []
        var plain: [String] = []
        func flush() {
            guard !plain.isEmpty else { return }
            elements.append(Element("div", [], text: plain.joined(separator: "\n")))
            plain = []
        }
        let all = source.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in all.enumerated() {
            let number = index + 1
            // A file that ends with a line feed has no line after it.
            if number == all.count, line.isEmpty { break }
            let count = counts[number]
            let text =
                Self.pad("\(number)", to: 6) + Self.pad(count.map(String.init) ?? "", to: 9) + " " + line
            guard let count else {
                plain.append(text)
                continue
            }
            flush()
            let kind = count > 0 ? "hit" : "missed"
            elements.append(Element("div", [("class", kind), ("id", "L\(number)")], text: text))
        }
        flush()
        return elements
    }

    /// Numbers end below each other, in columns that keep the tab stops of the source.
    private static func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
