// SPDX-License-Identifier: Apache-2.0

import Lab
package import Mutation

/// Which scenario saw which mutant, as one HTML page that needs nothing else.
package struct KillMatrix: Sendable {
    private let record: MutationRecord

    package init(_ record: MutationRecord) {
        self.record = record
    }

    package var text: String {
        let head = scenarios.map { Element("th", [], children: [Element("div", [], text: $0)]) }
        let rows = record.results.map(row)
        let table = Element(
            "table", [],
            children: [
                Element(
                    "tr", [],
                    children: [Element("th", [], text: "mutant"), Element("th", [], text: "")] + head)
            ] + rows)
        let wide = Element("div", [("class", "wide")], children: [table])
        let title = "Kill matrix, \(record.image)"
        return HTMLPage(
            title: title, style: Self.style,
            body: [Element("h1", [], text: title), Element("p", [], text: legend), wide]
        ).text
    }

    /// Those that ran on any mutant.
    private var scenarios: [String] {
        let ran = Set(record.results.flatMap { $0.record?.scenarios.map(\.name) ?? [] })
        return record.scenarios.filter(ran.contains)
    }

    private var legend: String {
        "X: killed it, and again in a second guest. 1: failed once only. .: passed. Blank: did not run."
    }

    private func row(_ result: MutantResult) -> Element {
        let outcomes = Dictionary(
            (result.record?.scenarios ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let killers = Dictionary(result.kills.map { ($0.scenario, $0.how.rawValue) }) { first, _ in first }
        let cells = scenarios.map { name -> Element in
            guard let scenario = outcomes[name] else { return Element("td", [], text: "") }
            if let how = killers[name] {
                let title = "\(name): \(how): \(scenario.reason ?? "")"
                return Element("td", [("class", "kill"), ("title", title)], text: "X")
            }
            let isGood = scenario.outcome == .passed
            return Element(
                "td", [("title", "\(name): \(scenario.outcome.rawValue)")], text: isGood ? "." : "1")
        }
        return Element(
            "tr", [],
            children: [
                Element("th", [("title", result.mutant.summary)], text: result.mutant.name),
                Element("td", [("class", result.outcome.rawValue)], text: result.outcome.rawValue),
            ] + cells)
    }

    private static let style = """
        table { border-collapse: collapse; } td, th { border: 1px solid #8884; padding: 1px 4px; text-align: center; }
        tr th:first-child { text-align: left; white-space: nowrap; }
        th div { writing-mode: vertical-rl; font-weight: normal; }
        .kill { background: #c33; color: #fff; } .killed { color: #292; }
        .survived, .unbuildable, .host-failed { background: #e90; color: #000; }
        """
}
