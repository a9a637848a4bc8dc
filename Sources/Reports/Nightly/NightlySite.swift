// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import History
import Lab

/// Writes the report of a night: the overview, the pages of tonight's runs and failures, the mail, JUnit.
///
/// Pages of earlier nights stay as they are.
package struct NightlySite: Sendable {
    /// The directory of the nights.
    private let root: URL
    private let store: HistoryStore
    /// How many nights the overview shows.
    private let span: Int
    /// Where each branch comes from, by its name.
    private let sources: [String: NightKCIDB.Source]
    /// Who submits to KCIDB.
    private let origin: String

    package init(
        root: URL, store: HistoryStore, sources: [String: NightKCIDB.Source], origin: String, span: Int = 14
    ) {
        self.root = root
        self.store = store
        self.sources = sources
        self.origin = origin
        self.span = span
    }

    /// Whether an entry has a page of its own.
    static func hasPage(_ entry: ScenarioEntry) -> Bool {
        entry.verdict != .passed && entry.verdict != .notApplicable
    }

    /// Where what changed since the last pass of a scenario is, in a run directory.
    package static func comparison(of entry: ScenarioEntry, in directory: URL) -> URL {
        directory.appending(path: "since-last-pass-\(NightPaths.fileName(entry)).txt")
    }

    /// Writes everything.
    ///
    /// - Returns: What could not be written, one sentence each; the rest is there.
    package func write(_ standing: NightStanding, disk: DiskUse) -> [String] {
        var troubles: [String] = []
        func attempt(_ action: () throws -> Void) {
            do { try action() } catch { troubles.append("a part of the report is missing: \(error)") }
        }
        for run in standing.runs where run.state == .tested || run.state == .notBuilt {
            attempt { try write(run, of: standing.night) }
        }
        for (name, text) in documents(standing) {
            attempt {
                let text = try text()
                try put(text, at: NightPaths.file(name, of: standing.night))
                // Where programs find it without knowing the name of the night.
                try put(text, at: name)
            }
        }
        attempt {
            var columns: [OverviewPage.Column] = []
            for night in try store.nights(last: span) {
                let isTonight = night.name == standing.night.name
                columns.append((night, isTonight ? standing.runs : try store.runs(of: night)))
            }
            let page = OverviewPage(standing: standing, columns: columns, disk: disk)
            try put(page.text, at: NightPaths.overview)
        }
        return troubles
    }

    /// The night for other readers than people with a browser, by the name of the file.
    private func documents(_ standing: NightStanding) -> [(String, () throws -> String)] {
        [
            (NightPaths.mail, { NightMail(standing).text }),
            (NightPaths.junit, { NightJUnit(standing).text }),
            (NightPaths.ktap, { NightKTAP(standing).text }),
            (
                NightPaths.kcidb,
                {
                    let submission = NightKCIDB(standing, sources: sources, origin: origin)
                    return String(decoding: try submission.readableJSON(), as: UTF8.self)
                }
            ),
        ]
    }

    private func write(_ run: BranchRun, of night: Night) throws {
        guard let evidence = run.evidence else { return }
        let directory = RunDirectory(url: root.appending(path: evidence))
        let record = (try? Data(contentsOf: directory.record)).flatMap {
            try? JSONDecoder().decode(RunRecord.self, from: $0)
        }
        let page = RunPage(
            night: night, run: run, evidence: evidence, record: run.state == .tested ? record : nil,
            files: EvidenceFiles(in: directory.url))
        try put(page.text, at: NightPaths.run(evidence))
        for entry in run.results where Self.hasPage(entry) {
            let result = record?.scenarios.first { $0.name == entry.scenario }
            let page = ScenarioPage(
                night: night, run: run, entry: entry, evidence: evidence, result: result,
                printed: printed(entry, run, record), console: result.flatMap { console(of: $0, directory) },
                replay: record.map { replay(entry, $0) },
                history: try store.history(of: entry.scenario, on: run.branch, last: span),
                changes: try? String(
                    contentsOf: Self.comparison(of: entry, in: directory.url), encoding: .utf8),
                isCovered: { file in
                    NightPaths.isBelow(file)
                        && FileManager.default.fileExists(
                            atPath: root.appending(path: NightPaths.source(file, evidence)).path)
                })
            try put(page.text, at: NightPaths.scenario(entry, evidence))
        }
    }

    private func printed(_ entry: ScenarioEntry, _ run: BranchRun, _ record: RunRecord?) -> String? {
        switch entry.scenario {
        case ScenarioEntry.building: run.note
        case ScenarioEntry.booting:
            record?.strayReports.first ?? record?.scenarios.lazy.compactMap(\.console).first
        default: nil
        }
    }

    /// The command of the run with this scenario alone.
    private func replay(_ entry: ScenarioEntry, _ record: RunRecord) -> String {
        guard !entry.scenario.hasPrefix("("), let options = record.replay.firstRange(of: " --") else {
            return record.replay
        }
        return "kcovlab run \(entry.scenario)" + record.replay[options.lowerBound...]
    }

    /// The console log of the guest a scenario ran in; at most the last four megabytes of it.
    private func console(of result: ScenarioResult, _ directory: RunDirectory) -> (
        path: String, text: String
    )? {
        let path = "console/\(result.name).log"
        guard let handle = try? FileHandle(forReadingFrom: directory.url.appending(path: path)) else {
            return nil
        }
        defer { try? handle.close() }
        guard let end = try? handle.seekToEnd() else { return nil }
        try? handle.seek(toOffset: end > 4 << 20 ? end - 4 << 20 : 0)
        guard let data = try? handle.readToEnd(), !data.isEmpty else { return nil }
        return (path, String(decoding: data, as: UTF8.self))
    }

    private func put(_ text: String, at path: String) throws {
        try AtomicFile.write(text, creating: root.appending(path: path))
    }
}
