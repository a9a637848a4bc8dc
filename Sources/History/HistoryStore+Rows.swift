// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Lab

/// From rows to values. A word that this version does not know is read as what claims least.
extension HistoryStore {
    static let selectRuns = """
        SELECT run.*, night.name AS night_name, origin_night.name AS origin_name, origin.evidence AS origin_evidence,
            kernel.key AS key, kernel.image AS image, kernel.release AS release, kernel.features AS features
        FROM run JOIN night ON night.id = run.night LEFT JOIN kernel ON kernel.id = run.kernel
            LEFT JOIN run AS origin ON origin.id = run.carried_from
            LEFT JOIN night AS origin_night ON origin_night.id = origin.night
        """

    static func night(_ row: Row) -> Night {
        Night(
            id: row["id"], name: row["name"], config: row["config"], started: date(row["started"]),
            ended: (row["ended"] as String?).flatMap(TimeText.date))
    }

    static func run(_ row: Row, _ database: Database) throws -> BranchRun {
        let key: String? = row["key"]
        let kernel = key.map { key in
            KernelSummary(
                image: row["image"], release: row["release"], key: key,
                features: (row["features"] as String).split(separator: " ").map(String.init), remarks: [])
        }
        let state = BranchRun.State(rawValue: row["state"]) ?? .infrastructure
        let origin: Int64? = row["carried_from"]
        var results = try Self.results(of: origin ?? row["id"], database)
        if state == .carried {
            for index in results.indices { results[index].verdict = results[index].verdict.carriedOver }
        }
        return BranchRun(
            branch: row["branch"], state: state, commit: row["commit_id"], subject: row["subject"],
            kernel: kernel, selection: row["selection"], host: row["host"], accelerator: row["accelerator"],
            started: date(row["started"]), seconds: row["seconds"], boot: row["boot"], note: row["note"],
            evidence: state == .carried ? row["origin_evidence"] : row["evidence"],
            carriedFrom: row["origin_name"], results: results)
    }

    private static func results(of run: Int64, _ database: Database) throws -> [ScenarioEntry] {
        let buffers = try Row.fetchAll(
            database,
            sql: """
                SELECT buffer.* FROM buffer JOIN result ON result.id = buffer.result WHERE result.run = ?
                ORDER BY buffer.name
                """, arguments: [run])
        let byResult = Dictionary(grouping: buffers) { $0["result"] as Int64 }
        return try Row.fetchAll(
            database, sql: "SELECT * FROM result WHERE run = ? ORDER BY position", arguments: [run]
        ).map { row in entry(row, buffers: byResult[row["id"]] ?? []) }
    }

    static func entry(_ row: Row, buffers: [Row]) -> ScenarioEntry {
        ScenarioEntry(
            scenario: row["scenario"], id: row["catalogue"],
            outcome: Outcome(rawValue: row["outcome"]) ?? .skipped,
            verdict: NightVerdict(rawValue: row["verdict"]) ?? .infrastructure, seconds: row["seconds"],
            runs: row["runs"], passes: row["passes"], reason: row["reason"], culprit: row["culprit"],
            buffers: buffers.map { buffer in
                ScenarioEntry.Buffer(
                    name: buffer["name"], mode: buffer["mode"],
                    total: UInt64(clamping: buffer["total"] as Int64),
                    distinct: buffer["distinct_pcs"])
            })
    }

    static func date(_ text: String) -> Date { TimeText.date(text) ?? .distantPast }
}
