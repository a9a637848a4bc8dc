// SPDX-License-Identifier: Apache-2.0

import Foundation
import History

/// The first page: what is news tonight, then every branch with its groups of scenarios over the last nights.
struct OverviewPage: Sendable {
    /// A night and what it did.
    typealias Column = (night: Night, runs: [BranchRun])

    let standing: NightStanding
    /// Newest first; tonight is the first of them.
    let columns: [Column]
    let disk: DiskUse
    let page = NightPaths.overview

    var text: String {
        NightStyle.page(
            "kcov, night \(NightStyle.time(standing.night.started)) UTC", news + branches + colophon)
    }

    // MARK: Tonight

    private var news: [Element] {
        let regressions = standing.regressions
        let verdict =
            regressions.isEmpty
            ? "Nothing regressed tonight."
            : regressions.count == 1 ? "1 regression tonight." : "\(regressions.count) regressions tonight."
        var body = [
            Element("p", [("class", "verdict \(regressions.isEmpty ? "good" : "bad")")], text: verdict),
            Element("p", [("class", "note")], text: states),
        ]
        body += standing.troubles.map { Element("p", [("class", "verdict warn")], text: $0) }
        let sections: [(NightVerdict, String)] = [
            (.newFailure, "Broke since the last night"), (.flaky, "Flaky"), (.fixed, "Fixed"),
            (.stillFailing, "Still failing"),
        ]
        for (verdict, title) in sections {
            body += NightStyle.section(title, list(verdict))
        }
        let untested = standing.runs.filter { $0.state == .infrastructure }.map { run in
            Element(
                "li", [],
                children: [
                    Element("strong", [], text: run.branch),
                    Element("span", [("class", "infrastructure")], text: run.note ?? "not tested"),
                ])
        }
        body += NightStyle.section(
            "Not tested", untested.isEmpty ? [] : [Element("ul", [("class", "news")], children: untested)])
        return body
    }

    /// `5 branches: 2 tested, 3 carried`.
    private var states: String {
        let counts = BranchRun.State.allCases.compactMap { state -> String? in
            let count = standing.runs.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(Self.word(state))"
        }
        let noun = standing.runs.count == 1 ? "branch" : "branches"
        return "\(standing.runs.count) \(noun): \(counts.joined(separator: ", "))."
    }

    private static func word(_ state: BranchRun.State) -> String {
        switch state {
        case .tested: "tested"
        case .carried: "unchanged"
        case .notBuilt: "does not build"
        case .infrastructure: "not tested"
        }
    }

    private func list(_ verdict: NightVerdict) -> [Element] {
        let items = standing.runs.flatMap { run in
            run.results.filter { $0.verdict == verdict }.map { item($0, of: run) }
        }
        return items.isEmpty ? [] : [Element("ul", [("class", "news")], children: items)]
    }

    private func item(_ entry: ScenarioEntry, of run: BranchRun) -> Element {
        let title = "\(run.branch): \(NightStyle.title(entry))"
        var parts = [reference(title, to: entry, of: run)]
        if let reason = entry.reason { parts.append(Element("span", [], text: reason)) }
        if entry.runs > 1 {
            parts.append(
                Element("span", [("class", "note")], text: "passed \(entry.passes) of \(entry.runs) runs."))
        }
        if let culprit = entry.culprit { parts.append(Element("div", [("class", "culprit")], text: culprit)) }
        if entry.verdict == .newFailure, let commit = run.commit {
            let subject = run.subject.map { " (\($0))" } ?? ""
            parts.append(
                Element("div", [("class", "note")], text: "tonight: \(commit.prefix(12))\(subject)"))
        }
        return Element("li", [], children: parts)
    }

    private func reference(_ title: String, to entry: ScenarioEntry, of run: BranchRun) -> Element {
        guard let evidence = run.evidence, NightlySite.hasPage(entry) else {
            return Element("strong", [("class", entry.verdict.rawValue)], text: title)
        }
        return NightStyle.link(
            title, from: page, to: NightPaths.scenario(entry, evidence), class: entry.verdict.rawValue)
    }

    // MARK: Branches over the nights

    private var branches: [Element] {
        var names = standing.runs.map(\.branch)
        for run in columns.flatMap(\.runs) where !names.contains(run.branch) { names.append(run.branch) }
        return names.flatMap { name in NightStyle.section(name, [table(of: name)]) }
    }

    private func table(of branch: String) -> Element {
        let runs = columns.map { column in column.runs.first { $0.branch == branch } }
        let groups = ScenarioGroup.all.filter { group in
            runs.contains { $0?.results.contains(where: group.contains) ?? false }
        }
        let heads = [[NightStyle.cell("commit")] + runs.map(head)]
        let rows = groups.map { group in
            [NightStyle.cell(group.title)]
                + runs.map { run in run.map { cell($0, group) } ?? NightStyle.cell("") }
        }
        return NightStyle.table(["night"] + columns.map { NightStyle.time($0.night.started) }, heads + rows)
    }

    private func head(_ run: BranchRun?) -> Element {
        guard let run else { return NightStyle.cell("") }
        let text = run.commit.map { String($0.prefix(12)) } ?? "-"
        var parts = [
            run.evidence.map { NightStyle.link(text, from: page, to: NightPaths.run($0)) }
                ?? Element("span", [], text: text)
        ]
        switch run.state {
        case .carried: parts.append(Element("div", [("class", "note")], text: "unchanged"))
        case .infrastructure:
            parts.append(Element("div", [("class", "infrastructure")], text: "not tested"))
        case .tested, .notBuilt: break
        }
        return Element("td", run.note.map { [("title", $0)] } ?? [], children: parts)
    }

    /// The worst verdict of a group, and how many have it.
    private func cell(_ run: BranchRun, _ group: ScenarioGroup) -> Element {
        let entries = run.results.filter(group.contains)
        let worst = NightVerdict.worstFirst.first { verdict in entries.contains { $0.verdict == verdict } }
        guard let worst else { return NightStyle.cell("") }
        let those = entries.filter { $0.verdict == worst }
        let text = worst == .passed ? "\(those.count) ok" : "\(those.count) \(worst.rawValue)"
        let names = those.prefix(12).map { NightStyle.title($0) }.joined(separator: ", ")
        return Element("td", [("class", worst.rawValue), ("title", names)], text: text)
    }

    private var colophon: [Element] {
        let files = [
            ("mail", NightPaths.mail), ("JUnit", NightPaths.junit), ("KTAP", NightPaths.ktap),
            ("KCIDB", NightPaths.kcidb),
        ]
        return [
            Element(
                "p", [("class", "note")],
                children: [
                    Element("span", [], text: "Tonight as")
                ]
                    + files.map {
                        NightStyle.link($0.0, from: page, to: NightPaths.file($0.1, of: standing.night))
                    } + [Element("span", [], text: "\(disk.text).")])
        ]
    }
}
