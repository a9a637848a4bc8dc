// SPDX-License-Identifier: Apache-2.0

import GRDB
import Lab

extension HistoryStore {
    /// The newest judgement of every scenario of a branch before a night, by the scenario's name.
    package func judgements(of branch: String, before night: Night) throws(HistoryError)
        -> [String: NightVerdict]
    {
        let silent = NightVerdict.allCases.filter { !$0.isJudgement }.map(\.rawValue)
        let marks = silent.map { _ in "?" }.joined(separator: ", ")
        return try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT result.scenario, result.verdict, max(run.id) FROM result JOIN run ON run.id = result.run
                    WHERE run.branch = ? AND run.night < ? AND result.verdict NOT IN (\(marks))
                    GROUP BY result.scenario
                    """,
                arguments: StatementArguments([branch, night.id] as [any DatabaseValueConvertible])
                    + StatementArguments(silent))
            return Dictionary(
                rows.compactMap { row in NightVerdict(rawValue: row[1]).map { (row[0], $0) } }
            ) { first, _ in first }
        }
    }

    /// The newest run of a branch before a night of which something was learnt, and the name of its night.
    package func lastRun(of branch: String, before night: Night) throws(HistoryError)
        -> (run: BranchRun, night: String)?
    {
        try lastRun(of: branch, before: night.id)
    }

    /// The newest run of a branch of which something was learnt, and the name of its night.
    package func newestRun(of branch: String) throws(HistoryError) -> (run: BranchRun, night: String)? {
        try lastRun(of: branch, before: .max)
    }

    private func lastRun(of branch: String, before night: Int64) throws(HistoryError)
        -> (run: BranchRun, night: String)?
    {
        try read { database in
            try Row.fetchOne(
                database,
                sql: Self.selectRuns + """
                     WHERE run.branch = ? AND run.night < ? AND run.state IN ('tested', 'not-built')
                    ORDER BY run.id DESC LIMIT 1
                    """, arguments: [branch, night]
            ).map { (try Self.run($0, database), $0["night_name"]) }
        }
    }

    /// The commit on which a scenario last passed on a branch before a night.
    package func lastGood(_ scenario: String, on branch: String, before night: Night)
        throws(HistoryError) -> String?
    {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT run.commit_id FROM result JOIN run ON run.id = result.run
                    WHERE run.branch = ? AND result.scenario = ? AND result.outcome = 'passed' AND run.night < ?
                        AND run.commit_id IS NOT NULL
                    ORDER BY run.id DESC LIMIT 1
                    """, arguments: [branch, scenario, night.id])
        }
    }

    /// The newest run before a night in which a scenario passed and whose evidence is still there.
    ///
    /// - Returns: The path of the run directory, relative to the directory of the history, and the name of its night.
    package func lastGoodEvidence(_ scenario: String, on branch: String, before night: Night)
        throws(HistoryError) -> (path: String, night: String)?
    {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT run.evidence, night.name FROM result JOIN run ON run.id = result.run
                        JOIN night ON night.id = run.night
                    WHERE run.branch = ? AND result.scenario = ? AND result.outcome = 'passed' AND run.night < ?
                        AND run.evidence IS NOT NULL
                    ORDER BY run.id DESC LIMIT 1
                    """, arguments: [branch, scenario, night.id]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// Every branch that was ever recorded, the newest first.
    package func branches() throws(HistoryError) -> [String] {
        try read { database in
            try String.fetchAll(
                database, sql: "SELECT branch FROM run GROUP BY branch ORDER BY max(id) DESC, branch")
        }
    }

    /// The names of the scenarios of a branch, with their catalogue ids, in the order of the newest run.
    package func scenarios(of branch: String) throws(HistoryError) -> [(name: String, id: String?)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT result.scenario, result.catalogue, max(run.id) AS newest FROM result
                    JOIN run ON run.id = result.run WHERE run.branch = ?
                    GROUP BY result.scenario ORDER BY newest DESC, result.position
                    """, arguments: [branch]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// What became of a scenario on a branch.
    ///
    /// - Parameters:
    ///   - scenario: Its name.
    ///   - branch: As the configuration names it.
    ///   - count: How many nights at most.
    /// - Returns: Its nights, newest first.
    /// - Throws: `HistoryError`.
    package func history(of scenario: String, on branch: String, last count: Int) throws(HistoryError)
        -> ScenarioHistory
    {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT result.*, night.name AS night, night.started AS began, run.commit_id, run.subject, run.boot,
                        run.accelerator, kernel.release AS release
                    FROM result JOIN run ON run.id = result.run JOIN night ON night.id = run.night
                        LEFT JOIN kernel ON kernel.id = run.kernel
                    WHERE run.branch = ? AND result.scenario = ? ORDER BY run.id DESC LIMIT ?
                    """, arguments: [branch, scenario, count])
            let points = try rows.map { row in
                let buffers = try Row.fetchAll(
                    database, sql: "SELECT * FROM buffer WHERE result = ? ORDER BY name",
                    arguments: [row["id"] as Int64])
                return ScenarioHistory.Point(
                    night: row["night"], started: Self.date(row["began"]), commit: row["commit_id"],
                    subject: row["subject"], release: row["release"], accelerator: row["accelerator"],
                    boot: row["boot"], entry: Self.entry(row, buffers: buffers))
            }
            return ScenarioHistory(branch: branch, scenario: scenario, points: points)
        }
    }
}
