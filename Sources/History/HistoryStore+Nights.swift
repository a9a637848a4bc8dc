// SPDX-License-Identifier: Apache-2.0

package import Foundation
import GRDB
import Lab

extension HistoryStore {
    /// Begins a night.
    ///
    /// - Parameters:
    ///   - started: Gives it its name; one that begins in the same second as another gets a number.
    ///   - config: A digest of the configuration.
    /// - Returns: The night.
    /// - Throws: `HistoryError`.
    package func begin(started: Date, config: String) throws(HistoryError) -> Night {
        try write { database in
            let base = TimeText.compact(started)
            var name = base
            var number = 1
            while try Int.fetchOne(database, sql: "SELECT 1 FROM night WHERE name = ?", arguments: [name])
                != nil
            {
                number += 1
                name = "\(base)-\(number)"
            }
            try database.execute(
                sql: "INSERT INTO night (name, config, started) VALUES (?, ?, ?)",
                arguments: [name, config, TimeText.text(started)])
            return Night(
                id: database.lastInsertedRowID, name: name, config: config, started: started, ended: nil)
        }
    }

    /// Says that everything of a night was done.
    package func finish(_ night: Night, ended: Date) throws(HistoryError) {
        try write { database in
            try database.execute(
                sql: "UPDATE night SET ended = ? WHERE id = ?", arguments: [TimeText.text(ended), night.id])
        }
    }

    /// The newest nights, newest first.
    package func nights(last count: Int) throws(HistoryError) -> [Night] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM night ORDER BY id DESC LIMIT ?", arguments: [count]
            ).map(Self.night)
        }
    }

    /// Records what a night did with a branch; what it recorded of the same branch before is replaced.
    package func record(_ run: BranchRun, in night: Night) throws(HistoryError) {
        try write { database in
            let kernel = try run.kernel.map { kernel in
                try database.execute(
                    sql: """
                        INSERT INTO kernel (key, image, release, features) VALUES (?, ?, ?, ?)
                        ON CONFLICT (key) DO NOTHING
                        """,
                    arguments: [
                        kernel.key, kernel.image, kernel.release, kernel.features.joined(separator: " "),
                    ])
                return try Int64.fetchOne(
                    database, sql: "SELECT id FROM kernel WHERE key = ?", arguments: [kernel.key])
            }
            let origin = try run.carriedFrom.map { name in
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT run.id FROM run JOIN night ON night.id = run.night
                        WHERE night.name = ? AND run.branch = ?
                        """, arguments: [name, run.branch])
            }
            try database.execute(
                sql: "DELETE FROM run WHERE night = ? AND branch = ?", arguments: [night.id, run.branch])
            try database.execute(
                sql: """
                    INSERT INTO run (night, branch, state, commit_id, subject, kernel, selection, host, accelerator,
                        started, seconds, boot, note, evidence, carried_from)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    night.id, run.branch, run.state.rawValue, run.commit, run.subject, kernel ?? nil,
                    run.selection, run.host, run.accelerator, TimeText.text(run.started), run.seconds,
                    run.boot, run.note, run.state == .carried ? nil : run.evidence, origin ?? nil,
                ])
            // The results of a carried run are those of the run it stands for.
            guard run.state != .carried else { return }
            let id = database.lastInsertedRowID
            for (position, entry) in run.results.enumerated() {
                try Self.insert(entry, position: position, run: id, database)
            }
        }
    }

    private static func insert(
        _ entry: ScenarioEntry, position: Int, run: Int64, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO result (run, position, scenario, catalogue, outcome, verdict, seconds, runs, passes, reason,
                    culprit)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run, position, entry.scenario, entry.id, entry.outcome.rawValue, entry.verdict.rawValue,
                entry.seconds, entry.runs, entry.passes, entry.reason, entry.culprit,
            ])
        let result = database.lastInsertedRowID
        for buffer in entry.buffers {
            try database.execute(
                sql: "INSERT INTO buffer (result, name, mode, total, distinct_pcs) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    result, buffer.name, buffer.mode, Int64(clamping: buffer.total), buffer.distinct,
                ])
        }
    }

    /// What a night did so far, in the order in which it did it.
    package func runs(of night: Night) throws(HistoryError) -> [BranchRun] {
        try read { database in
            try Row.fetchAll(
                database, sql: Self.selectRuns + " WHERE run.night = ? ORDER BY run.id", arguments: [night.id]
            ).map { try Self.run($0, database) }
        }
    }

    /// The evidence that is still there: the paths of run directories with their nights, oldest first.
    package func evidence() throws(HistoryError) -> [(night: String, path: String)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT night.name, run.evidence FROM run JOIN night ON night.id = run.night
                    WHERE run.evidence IS NOT NULL ORDER BY run.id
                    """
            ).map { ($0[0], $0[1]) }
        }
    }

    /// Records that evidence was removed; the verdicts stay.
    package func forgetEvidence(_ path: String) throws(HistoryError) {
        try write { database in
            try database.execute(sql: "UPDATE run SET evidence = NULL WHERE evidence = ?", arguments: [path])
        }
    }
}
