// SPDX-License-Identifier: Apache-2.0

package import Foundation
import GRDB

/// What every night came to, in one SQLite file that `sqlite3` can read.
///
/// Each change is one transaction with a rollback journal (`journal_mode=DELETE`, `synchronous=FULL`): after a crash or
/// on a full disk the file holds what was recorded before, and there is only one file to copy.
package final class HistoryStore: Sendable {
    /// Written into the header of the file, so that a file of another program is recognised.
    static let applicationID = 0x6b63_6f76

    package let file: URL
    private let queue: DatabaseQueue

    private init(file: URL, queue: DatabaseQueue) {
        self.file = file
        self.queue = queue
    }

    /// Opens a history that is there.
    ///
    /// - Throws: `HistoryError`; the file is then as it was.
    package static func open(_ file: URL) throws(HistoryError) -> HistoryStore {
        guard FileManager.default.fileExists(atPath: file.path) else { throw .missing(path: file.path) }
        let store = HistoryStore(file: file, queue: try connect(file))
        try store.prepare()
        return store
    }

    /// Opens a history, or begins a new one where there is none or only a damaged one.
    ///
    /// - Returns: The history, and where a damaged file was put: it is renamed, never changed.
    /// - Throws: `HistoryError` for a file of another program and for a disk that cannot be written.
    package static func openOrCreate(
        _ file: URL, now: Date
    ) throws(HistoryError) -> (store: HistoryStore, setAside: (file: URL, reason: String)?) {
        do throws(HistoryError) {
            if FileManager.default.fileExists(atPath: file.path) { return (try open(file), nil) }
            return (try create(file), nil)
        } catch .damaged(_, let reason) {
            let aside = try setAside(file, now: now)
            return (try create(file), (aside, reason))
        }
    }

    private static func create(_ file: URL) throws(HistoryError) -> HistoryStore {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw .cannot(action: "create", path: file.path, cause: error.localizedDescription)
        }
        let store = HistoryStore(file: file, queue: try connect(file))
        try store.prepare()
        return store
    }

    private static func connect(_ file: URL) throws(HistoryError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(20)
        configuration.readonly =
            FileManager.default.fileExists(atPath: file.path)
            && !FileManager.default.isWritableFile(atPath: file.path)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        do {
            return try DatabaseQueue(path: file.path, configuration: configuration)
        } catch {
            throw judged(error, action: "open", path: file.path)
        }
    }

    /// Checks the file and brings it to the newest form.
    private func prepare() throws(HistoryError) {
        let path = file.path
        let facts = try read { database in
            let problems = try String.fetchAll(database, sql: "PRAGMA quick_check(3)").filter { $0 != "ok" }
            return (
                problems, try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0,
                try Schema.migrator.hasBeenSuperseded(database)
            )
        }
        let (problems, application, tables, isNewer) = facts
        guard problems.isEmpty else {
            throw .damaged(path: path, reason: problems.joined(separator: "; "))
        }
        guard tables == 0 || application == Self.applicationID else {
            throw .foreign(path: path, reason: "another program made it")
        }
        guard !isNewer else { throw .foreign(path: path, reason: "a newer kcovlab made it") }
        do {
            guard try !queue.read(Schema.migrator.hasCompletedMigrations) else { return }
            try Schema.migrator.migrate(queue)
        } catch {
            throw Self.judged(error, action: "prepare", path: path)
        }
    }

    /// Renames a file, and the journal that belongs to it, to a name that nothing has.
    private static func setAside(_ file: URL, now: Date) throws(HistoryError) -> URL {
        let base = file.path + ".damaged-" + TimeText.compact(now)
        let files = FileManager.default
        let free = (1...1000).lazy.map { $0 == 1 ? base : "\(base)-\($0)" }.first {
            !files.fileExists(atPath: $0)
        }
        guard let free else {
            throw .cannot(action: "set aside", path: file.path, cause: "a thousand are there")
        }
        do {
            // The journal first: a file without its journal would lose what the journal can restore.
            if files.fileExists(atPath: file.path + "-journal") {
                try files.moveItem(atPath: file.path + "-journal", toPath: free + "-journal")
            }
            try files.moveItem(atPath: file.path, toPath: free)
        } catch {
            throw .cannot(action: "set aside", path: file.path, cause: error.localizedDescription)
        }
        return URL(fileURLWithPath: free)
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw Self.judged(error, action: "read", path: file.path)
        }
    }

    /// One transaction.
    func write<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        do {
            return try queue.write(body)
        } catch {
            throw Self.judged(error, action: "write", path: file.path)
        }
    }

    private static func judged(_ error: any Error, action: String, path: String) -> HistoryError {
        if let error = error as? HistoryError { return error }
        guard let error = error as? DatabaseError else {
            return .cannot(action: action, path: path, cause: "\(error)")
        }
        let message = error.message ?? "\(error.resultCode)"
        return switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(path: path, reason: message)
        default: .cannot(action: action, path: path, cause: message)
        }
    }
}
