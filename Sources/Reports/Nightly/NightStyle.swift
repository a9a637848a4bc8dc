// SPDX-License-Identifier: Apache-2.0

import History

/// How the pages of nights look, and the pieces that several of them have.
enum NightStyle {
    static let css = """
        :root { --line: #8884; --bad: #c22; --warn: #c70; --good: #282; --quiet: #777; }
        @media (prefers-color-scheme: dark) {
            :root { --bad: #f66; --warn: #fb4; --good: #6c6; --quiet: #999; }
        }
        body { max-width: 75em; line-height: 1.45; } h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
        a { color: inherit; } code, pre, .console { font-family: monospace; font-size: 13px; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); padding: .6em; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; }
        th, td { border: 1px solid var(--line); padding: 2px 7px; text-align: left; vertical-align: top; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 1em; } dt { color: var(--quiet); }
        dd { margin: 0; overflow-wrap: anywhere; } .note { color: var(--quiet); }
        .new-failure, .still-failing, .bad { color: var(--bad); font-weight: bold; }
        .flaky, .infrastructure, .warn { color: var(--warn); } .fixed, .passed, .good { color: var(--good); }
        .known-issue, .not-applicable { color: var(--quiet); }
        .console { list-style: none; padding: .6em; border: 1px solid var(--line); max-height: 40em; overflow: auto; }
        .console li { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1em; }
        .console .hit { background: #f002; border-left: 4px solid var(--bad); padding-left: 6px; }
        @media (max-width: 40em) { dl { grid-template-columns: 1fr; } dt { margin-top: .5em; } body { margin: .6em; } }

        """

    static func page(_ title: String, _ body: [Element]) -> String {
        HTMLPage(title: title, style: css, body: [Element("h1", [], text: title)] + body).text
    }

    static func link(_ text: String, from page: String, to file: String, class name: String? = nil) -> Element
    {
        let attributes =
            [("href", NightPaths.link(from: page, to: file))] + (name.map { [("class", $0)] } ?? [])
        return Element("a", attributes, text: text)
    }

    /// A table that scrolls by itself where the screen is narrow.
    static func table(_ columns: [String], _ rows: [[Element]]) -> Element {
        let head = Element("tr", [], children: columns.map { Element("th", [], text: $0) })
        let body = rows.map { Element("tr", [], children: $0) }
        return Element(
            "div", [("class", "wide")], children: [Element("table", [], children: [head] + body)])
    }

    static func cell(_ text: String, class name: String? = nil) -> Element {
        Element("td", name.map { [("class", $0)] } ?? [], text: text)
    }

    static func facts(_ facts: [(String, String?)]) -> Element {
        Element(
            "dl", [],
            children: facts.flatMap { name, value in
                value.map { [Element("dt", [], text: name), Element("dd", [], text: $0)] } ?? []
            })
    }

    static func section(_ title: String, _ content: [Element]) -> [Element] {
        content.isEmpty ? [] : [Element("h2", [], text: title)] + content
    }

    static func title(_ entry: ScenarioEntry) -> String {
        [entry.id, entry.scenario].compactMap(\.self).joined(separator: " ")
    }
}
