// SPDX-License-Identifier: Apache-2.0

import Foundation
import History

/// The pieces that several pages of nights have.
enum NightStyle {
    static func page(_ title: String, _ body: [Element]) -> String {
        HTMLPage(title: title, style: css, body: [Element("h1", [], text: title)] + body).text
    }

    static func link(
        _ text: String, from page: String, to file: String, anchor: String? = nil, class name: String? = nil
    ) -> Element {
        let attributes =
            [("href", NightPaths.link(from: page, to: file, anchor: anchor))]
            + (name.map { [("class", $0)] } ?? [])
        return Element("a", attributes, text: text)
    }

    /// The pages above this one.
    static func way(_ links: Element...) -> Element { Element("nav", [], children: links) }

    /// A table that scrolls by itself where the screen is narrow, with its first column in sight.
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

    /// When a night began, to the minute: `2026-11-24 02:00`.
    static func time(_ started: Date) -> String {
        String(TimeText.text(started).prefix(16)).replacing("T", with: " ")
    }
}
