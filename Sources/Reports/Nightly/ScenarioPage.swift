// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Foundation
import History
import Lab

/// The page of one scenario that did not simply pass, with all evidence; it lies in the run directory.
struct ScenarioPage {
    let night: Night
    let run: BranchRun
    let entry: ScenarioEntry
    /// Relative to the directory of the nights.
    let evidence: String
    /// What the run recorded; nil for building, for booting, and when the record is gone.
    let result: ScenarioResult?
    /// What was printed for building and booting: compiler output, kernel reports.
    let printed: String?
    /// The console log of the guest, and its path relative to the run directory.
    let console: (path: String, text: String)?
    /// The command that runs the same again.
    let replay: String?
    /// What became of it in the nights before, newest first, tonight included.
    let history: ScenarioHistory
    /// What differs from the last run in which it passed; nil when that is not known.
    let changes: String?
    /// Whether a source file has a page.
    let isCovered: (String) -> Bool

    var text: String {
        let page = NightPaths.scenario(entry, evidence)
        var body: [Element] = [
            NightStyle.way(
                NightStyle.link("all nights", from: page, to: NightPaths.overview),
                NightStyle.link(
                    "\(run.branch), \(NightStyle.time(night.started))", from: page,
                    to: NightPaths.run(evidence))),
            Element("p", [("class", "verdict \(tone)")], text: verdict), facts,
        ]
        body += NightStyle.section("What was expected and what was there", findings)
        body += NightStyle.section("Source", sources(page: page))
        body += NightStyle.section("Steps", steps)
        body += NightStyle.section(
            "Since the last pass", changes.map { [Element("pre", [], text: $0)] } ?? [])
        body += NightStyle.section("What was printed", printed.map { [Element("pre", [], text: $0)] } ?? [])
        body += NightStyle.section("Console", consoleLines(page: page))
        body += NightStyle.section("Coverage", buffers(page: page))
        body += NightStyle.section("Nights before", [nights])
        return NightStyle.page("\(NightStyle.title(entry)) on \(run.branch)", body)
    }

    private var verdict: String {
        let times = entry.runs > 1 ? " It passed \(entry.passes) of \(entry.runs) runs tonight." : ""
        let meaning =
            switch entry.verdict {
            case .newFailure:
                "New failure: it did not fail the last time, and failed again when it was repeated."
            case .stillFailing: "Still failing."
            case .fixed: "Fixed."
            case .flaky: "Flaky: it passed in some runs and failed in others."
            case .knownIssue: "Known issue."
            case .infrastructure: "Nothing was learnt."
            case .notApplicable: "Not applicable."
            case .passed: "Passed."
            }
        return meaning + times
    }

    private var tone: String {
        switch entry.verdict {
        case .newFailure, .stillFailing: "bad"
        case .flaky, .infrastructure, .knownIssue: "warn"
        case .fixed, .passed, .notApplicable: "good"
        }
    }

    private var facts: Element {
        let pass = history.lastPass.map { point in
            point.night + (point.commit.map { ", commit \($0.prefix(12))" } ?? "")
                + (point.subject.map { " (\($0))" } ?? "")
        }
        let rate = history.passRate(last: history.points.count)
        return NightStyle.facts([
            ("reason", entry.reason), ("culprit", entry.culprit),
            ("tonight", run.commit.map { "\($0.prefix(12)) (\(run.subject ?? ""))" }),
            ("last pass", pass ?? "never on this branch"), ("passed", "\(rate.passes) of \(rate.runs) runs"),
            ("contract", result?.contract), ("again", replay),
        ])
    }

    private var findings: [Element] {
        (result?.findings ?? []).map { finding in
            let lines =
                ["expected  \(finding.expected)", "found     \(finding.found)"]
                + (finding.location.map { ["at        \($0)"] } ?? [])
                + finding.evidence.map { "          \($0)" }
            return Element("pre", [], text: lines.joined(separator: "\n"))
        }
    }

    /// The places in the source that findings and kernel reports name, each on the page of its file.
    private func sources(page: String) -> [Element] {
        let texts =
            (result?.findings ?? []).flatMap { [$0.found] + $0.evidence }
            + [result?.console, printed, entry.reason].compactMap(\.self)
        var places: [SourcePlace] = []
        for place in texts.flatMap(SourcePlace.all) where isCovered(place.file) && !places.contains(place) {
            places.append(place)
        }
        let items = places.prefix(Self.placeLimit).map { place in
            Element(
                "li", [],
                children: [
                    NightStyle.link(
                        "\(place.file):\(place.line)", from: page,
                        to: NightPaths.source(place.file, evidence), anchor: "L\(place.line)", class: "path")
                ])
        }
        return items.isEmpty ? [] : [Element("ul", [], children: items)]
    }

    private static let placeLimit = 20

    private var steps: [Element] {
        let steps = result?.steps ?? []
        guard !steps.isEmpty else { return [] }
        let rows = steps.map { step in
            [
                NightStyle.cell(step.text), NightStyle.cell(step.location),
                NightStyle.cell(step.passed ? "ok" : "not as promised", class: step.passed ? "good" : "bad"),
                NightStyle.cell(step.detail),
            ]
        }
        return [NightStyle.table(["step", "at", "", "result"], rows)]
    }

    /// The log with the lines of the kernel's report marked; without a log the report alone.
    private func consoleLines(page: String) -> [Element] {
        let report = Set(lines(result?.console ?? "").map(Self.bare))
        guard let console else {
            return result?.console.map { [Element("pre", [], text: $0)] } ?? []
        }
        let all = lines(console.text)
        let shown = all.suffix(Self.consoleLimit)
        let items = shown.map { line in
            Element("li", report.contains(Self.bare(line)) ? [("class", "hit")] : [], text: line)
        }
        let cut =
            all.count > shown.count
            ? "The last \(shown.count) of \(all.count) lines; all of them: " : "All of it: "
        return [
            Element(
                "p", [("class", "note")],
                children: [
                    Element("span", [], text: cut),
                    NightStyle.link(console.path, from: page, to: "\(evidence)/\(console.path)"),
                ]), Element("ol", [("class", "console")], children: items),
        ]
    }

    /// How many lines of a console are shown; a guest may print without end.
    private static let consoleLimit = 1500

    /// A line without the time that the kernel or the host put in front.
    private static func bare(_ line: String) -> String {
        var rest = line[...]
        while rest.first == "[", let end = rest.firstIndex(of: "]"),
            rest[..<end].dropFirst().allSatisfy({ $0.isNumber || " .:TZ+-".contains($0) || $0 == "C" })
        {
            rest = rest[rest.index(after: end)...].drop { $0 == " " }
        }
        return rest.trimmingCharacters(in: .whitespaces)
    }

    private func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map(String.init)
    }

    private func buffers(page: String) -> [Element] {
        guard let buffers = result?.buffers, !buffers.isEmpty else { return [] }
        let rows = buffers.map { buffer in
            let count = entry.buffers.first { $0.name == buffer.name }
            return [
                Element(
                    "td", [],
                    children: [NightStyle.link(buffer.name, from: page, to: "\(evidence)/\(buffer.file)")]),
                NightStyle.cell(buffer.mode), NightStyle.cell("\(buffer.count)"),
                NightStyle.cell(count.map { "\($0.distinct)" } ?? "-"),
                NightStyle.cell(buffer.functions.joined(separator: ", ")),
            ]
        }
        return [NightStyle.table(["buffer", "mode", "records", "distinct", "functions, most first"], rows)]
    }

    private var nights: Element {
        let rows = history.points.map { point in
            [
                NightStyle.cell(NightStyle.time(point.started)),
                NightStyle.cell(point.commit.map { String($0.prefix(12)) } ?? "-"),
                NightStyle.cell(point.entry.verdict.rawValue, class: point.entry.verdict.rawValue),
                NightStyle.cell("\(point.entry.passes) of \(point.entry.runs)"),
                NightStyle.cell(point.boot.map(SpokenDuration.text) ?? "-"),
                NightStyle.cell(
                    point.entry.buffers.map { "\($0.name) \($0.total) (\($0.distinct))" }.joined(
                        separator: ", ")),
            ]
        }
        return NightStyle.table(["night", "commit", "verdict", "passed", "boot", "records (distinct)"], rows)
    }
}
