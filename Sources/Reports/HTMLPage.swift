// SPDX-License-Identifier: Apache-2.0

/// One HTML page that needs nothing else: no script, no other file, no network.
struct HTMLPage: Sendable {
    let title: String
    /// CSS for this page, after what all pages have.
    let style: String
    let body: [Element]

    var text: String {
        let head: [Element] = [
            Element("meta", [("charset", "utf-8")]),
            Element("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            Element("title", [], text: title),
            Element("style", [], text: Self.common + style),
        ]
        let page = Element(
            "html", [("lang", "en")],
            children: [Element("head", [], children: head), Element("body", [], children: body)])
        return "<!DOCTYPE html>\n" + page.text(indent: "")
    }

    /// The reader's colours, light or dark; what is wider than the screen scrolls by itself, never the page.
    private static let common = """
        :root { color-scheme: light dark; } body { font: 15px system-ui, sans-serif; margin: 1em; }
        .wide { overflow-x: auto; }

        """
}
