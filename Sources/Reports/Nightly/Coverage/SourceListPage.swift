// SPDX-License-Identifier: Apache-2.0

/// Every source file that a run recorded something of.
struct SourceListPage: Sendable {
    /// The branch and the night.
    let title: String
    /// Relative to the directory of the nights.
    let evidence: String
    let coverage: LineCoverage
    /// Files that have a page.
    let shown: Set<String>

    var text: String {
        let page = NightPaths.sources(evidence)
        let rows = coverage.files.sorted { $0.key < $1.key }.map { file, lines in
            let hit = lines.values.count { $0 > 0 }
            let share = lines.isEmpty ? 0 : hit * 100 / lines.count
            return [
                shown.contains(file)
                    ? Element(
                        "td", [("class", "path")],
                        children: [
                            NightStyle.link(file, from: page, to: NightPaths.source(file, evidence))
                        ]) : NightStyle.cell(file, class: "path"),
                Element(
                    "td", [("class", "share")],
                    children: [
                        Element("progress", [("max", "\(lines.count)"), ("value", "\(hit)")], text: "")
                    ]),
                NightStyle.cell("\(share) %", class: "number"),
                NightStyle.cell("\(hit) of \(lines.count)", class: "number"),
            ]
        }
        let hidden = coverage.files.count - shown.count
        let note =
            hidden == 0
            ? []
            : [
                Element(
                    "p", [("class", "note")],
                    text: "Without a page: \(hidden), made by the build, or there was no room for more.")
            ]
        return NightStyle.page(
            "Covered lines",
            [
                NightStyle.way(
                    NightStyle.link("all nights", from: page, to: NightPaths.overview),
                    NightStyle.link(title, from: page, to: NightPaths.run(evidence)),
                    NightStyle.link("lcov", from: page, to: NightPaths.tracefile(evidence))),
                Element(
                    "p", [],
                    text:
                        "Lines with coverage points in \(coverage.files.count) files, of all scenarios together."
                ),
            ] + note + [NightStyle.table(["file", "", "", "lines"], rows)])
    }
}
