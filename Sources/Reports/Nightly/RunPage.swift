// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import Lab

/// The page of what one night did with one branch; it lies in the run directory.
struct RunPage: Sendable {
    let night: Night
    let run: BranchRun
    /// Relative to the directory of the nights.
    let evidence: String
    /// Nil when the kernel was not built.
    let record: RunRecord?
    /// Names of the files that are in the run directory.
    let files: [String]

    var text: String {
        let page = NightPaths.run(evidence)
        var body: [Element] = [
            Element("p", [], children: [NightStyle.link("all nights", from: page, to: NightPaths.overview)]),
            NightStyle.facts([
                ("night", night.name), ("commit", run.commit), ("subject", run.subject),
                ("kernel", run.kernel.map { "\($0.release) (key \($0.key.prefix(12)))" }),
                (
                    "claims",
                    run.kernel.map { $0.features.isEmpty ? "nothing" : $0.features.joined(separator: ", ") }
                ),
                ("host", run.host),
                ("accelerator", record.map { "\($0.accelerator): \($0.acceleratorReason)" }),
                ("boot", run.boot.map(SpokenDuration.text)), ("took", SpokenDuration.text(run.seconds)),
                ("again", record?.replay),
            ]),
        ]
        if let note = run.note { body.append(Element("pre", [], text: note)) }
        let rows = run.results.map { entry in row(entry, page: page) }
        body.append(
            NightStyle.table(
                ["scenario", "verdict", "outcome", "passed", "took", "coverage", "reason"], rows))
        body += NightStyle.section(
            "Files",
            files.isEmpty
                ? []
                : [
                    Element(
                        "ul", [],
                        children: files.map { name in
                            Element(
                                "li", [],
                                children: [NightStyle.link(name, from: page, to: "\(evidence)/\(name)")])
                        })
                ])
        return NightStyle.page("\(run.branch), night \(night.name)", body)
    }

    private func row(_ entry: ScenarioEntry, page: String) -> [Element] {
        let title = NightStyle.title(entry)
        let name =
            NightlySite.hasPage(entry)
            ? Element(
                "td", [],
                children: [
                    NightStyle.link(title, from: page, to: NightPaths.scenario(entry, evidence))
                ]) : NightStyle.cell(title)
        let coverage = entry.buffers.map { "\($0.name) \($0.total) (\($0.distinct) distinct)" }
        return [
            name, NightStyle.cell(entry.verdict.rawValue, class: entry.verdict.rawValue),
            NightStyle.cell(entry.outcome.rawValue), NightStyle.cell("\(entry.passes) of \(entry.runs)"),
            NightStyle.cell(SpokenDuration.text(entry.seconds)),
            NightStyle.cell(coverage.joined(separator: ", ")), NightStyle.cell(entry.reason ?? ""),
        ]
    }
}
