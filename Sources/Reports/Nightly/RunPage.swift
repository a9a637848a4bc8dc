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
    let files: EvidenceFiles

    var text: String {
        let page = NightPaths.run(evidence)
        var body: [Element] = [
            NightStyle.way(NightStyle.link("all nights", from: page, to: NightPaths.overview)),
            Element("p", [("class", "verdict \(isBad ? "bad" : "good")")], text: verdict),
        ]
        if let note = run.note { body.append(Element("pre", [], text: note)) }
        let news = NightVerdict.worstFirst.flatMap { verdict in
            run.results.filter { $0.verdict == verdict && NightlySite.hasPage($0) }
        }
        body += NightStyle.section("Not simply passed", table(of: news, page))
        body += NightStyle.section("Coverage", coverage(page: page))
        body += NightStyle.section("This run", [facts])
        body += NightStyle.section(
            "Passed", table(of: run.results.filter { !NightlySite.hasPage($0) }, page))
        for group in files.groups {
            body += NightStyle.section(group.title, [list(group.files, page: page)])
        }
        return NightStyle.page("\(run.branch), night \(NightStyle.time(night.started))", body)
    }

    private func coverage(page: String) -> [Element] {
        guard files.hasSources else { return [] }
        return [
            Element(
                "p", [],
                children: [
                    NightStyle.link(
                        "Covered lines by source file", from: page, to: NightPaths.sources(evidence)),
                    Element("span", [], text: "or for"),
                    NightStyle.link("lcov", from: page, to: NightPaths.tracefile(evidence)),
                ])
        ]
    }

    private func list(_ paths: [String], page: String) -> Element {
        Element(
            "ul", [],
            children: paths.map { path in
                Element(
                    "li", [], children: [NightStyle.link(path, from: page, to: "\(evidence)/\(path)")])
            })
    }

    private var facts: Element {
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
        ])
    }

    private var isBad: Bool { run.results.contains { $0.verdict.isFailure } }

    private var verdict: String {
        let counts = NightVerdict.worstFirst.compactMap { verdict -> String? in
            let count = run.results.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        return run.state == .notBuilt ? "The kernel does not build." : counts.joined(separator: ", ")
    }

    private func table(of entries: [ScenarioEntry], _ page: String) -> [Element] {
        guard !entries.isEmpty else { return [] }
        return [
            NightStyle.table(
                ["scenario", "verdict", "reason", "passed", "took", "records (distinct)"],
                entries.map { row($0, page: page) })
        ]
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
        let coverage = entry.buffers.map { "\($0.name) \($0.total) (\($0.distinct))" }
        return [
            name, NightStyle.cell(entry.verdict.rawValue, class: entry.verdict.rawValue),
            NightStyle.cell(entry.reason ?? "", class: entry.reason == nil ? nil : "text"),
            NightStyle.cell("\(entry.passes) of \(entry.runs)", class: "number"),
            NightStyle.cell(SpokenDuration.text(entry.seconds), class: "number"),
            NightStyle.cell(coverage.joined(separator: ", ")),
        ]
    }
}
