// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables, and how an older file gets them.
enum Schema {
    /// Names are permanent; a change of the tables is a further migration, never an edit of one.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 nights, kernels, runs, results, buffers") { database in
            try database.execute(sql: "PRAGMA application_id = \(HistoryStore.applicationID)")
            try database.execute(sql: first)
        }
        return migrator
    }

    /// Times are UTC as text; what a scenario is, its name; `evidence` is relative to the directory of the history.
    private static let first = """
        CREATE TABLE night (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            config TEXT NOT NULL,
            started TEXT NOT NULL,
            ended TEXT
        );
        CREATE TABLE kernel (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            image TEXT NOT NULL,
            release TEXT NOT NULL,
            features TEXT NOT NULL
        );
        CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            night INTEGER NOT NULL REFERENCES night (id) ON DELETE CASCADE,
            branch TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('tested', 'carried', 'not-built', 'infrastructure')),
            commit_id TEXT,
            subject TEXT,
            kernel INTEGER REFERENCES kernel (id),
            selection TEXT NOT NULL,
            host TEXT,
            accelerator TEXT,
            started TEXT NOT NULL,
            seconds REAL NOT NULL,
            boot REAL,
            note TEXT,
            evidence TEXT,
            carried_from INTEGER REFERENCES run (id),
            UNIQUE (night, branch)
        );
        CREATE INDEX run_branch ON run (branch, id);
        CREATE TABLE result (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            scenario TEXT NOT NULL,
            catalogue TEXT,
            outcome TEXT NOT NULL,
            verdict TEXT NOT NULL,
            seconds REAL NOT NULL,
            runs INTEGER NOT NULL,
            passes INTEGER NOT NULL,
            reason TEXT,
            culprit TEXT,
            UNIQUE (run, scenario)
        );
        CREATE INDEX result_scenario ON result (scenario, run);
        CREATE TABLE buffer (
            result INTEGER NOT NULL REFERENCES result (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            mode TEXT NOT NULL,
            total INTEGER NOT NULL,
            distinct_pcs INTEGER NOT NULL,
            PRIMARY KEY (result, name)
        ) WITHOUT ROWID;
        """
}
