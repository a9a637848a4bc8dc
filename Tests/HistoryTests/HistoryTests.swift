// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import History
import Lab
import Testing

@Suite("History")
final class HistoryTests {
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "kcovlab-history-\(UUID())")
    private var file: URL { directory.appending(path: "history.sqlite") }
    private static let start = Date(timeIntervalSince1970: 1_795_000_000)

    deinit { try? FileManager.default.removeItem(at: directory) }

    private func store() throws -> HistoryStore { try HistoryStore.openOrCreate(file, now: Self.start).store }

    private func night(_ number: Int, _ store: HistoryStore) throws -> Night {
        try store.begin(started: Self.start + Double(number) * 86400, config: "c")
    }

    private func run(
        _ branch: String, _ outcomes: KeyValuePairs<String, (Outcome, NightVerdict)>, commit: String = "aaaa",
        key: String = "k1"
    ) -> BranchRun {
        BranchRun(
            branch: branch, state: .tested, commit: commit, subject: "kcov: change",
            kernel: KernelSummary(
                image: "i", release: "6.12.0", key: key, features: ["a", "b"], remarks: []),
            selection: "s", host: "qemu:///embed", accelerator: "tcg", started: Self.start, seconds: 12.5,
            boot: 4.25, note: "n", evidence: "nights/x/\(branch)",
            results: outcomes.map { name, verdict in
                ScenarioEntry(
                    scenario: name, id: "L01", outcome: verdict.0, verdict: verdict.1, seconds: 0.5, runs: 1,
                    passes: verdict.0 == .passed ? 1 : 0, reason: verdict.0 == .passed ? nil : "because",
                    buffers: [.init(name: "local", mode: "pc", total: 40, distinct: 15)])
            })
    }

    @Test("What is recorded is read back, by another process too")
    func roundTrip() throws {
        let written = run("main", ["exact-count": (.passed, .passed), "late": (.failed, .newFailure)])
        do {
            let store = try store()
            try store.record(written, in: try night(1, store))
        }
        let store = try HistoryStore.open(file)
        let night = try #require(try store.nights(last: 5).first)
        #expect(try store.runs(of: night) == [written])
        #expect(night.ended == nil)
        try store.finish(night, ended: Self.start + 90_000)
        #expect(try store.nights(last: 5).first?.ended == Self.start + 90_000)
        // One file, nothing beside it.
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["history.sqlite"])
    }

    @Test("A branch that is recorded again in the same night replaces itself, whole")
    func replacing() throws {
        let store = try store()
        let night = try night(1, store)
        try store.record(run("main", ["a": (.failed, .newFailure), "b": (.passed, .passed)]), in: night)
        let second = run("main", ["a": (.passed, .passed)], commit: "bbbb", key: "k2")
        try store.record(second, in: night)
        #expect(try store.runs(of: night) == [second])
    }

    @Test("Two nights of one second have two names")
    func names() throws {
        let store = try store()
        let names = [try night(1, store).name, try night(1, store).name]
        #expect(Set(names).count == 2 && names[1].hasPrefix(names[0]))
    }

    @Test("The newest judgement counts; nights that learnt nothing are passed over, and so is tonight")
    func judgements() throws {
        let store = try store()
        try store.record(
            run("main", ["a": (.failed, .newFailure), "b": (.passed, .passed)]), in: night(1, store))
        try store.record(
            run("main", ["a": (.hostFailed, .infrastructure), "b": (.failed, .flaky)]), in: night(2, store))
        try store.record(run("next", ["a": (.passed, .passed)]), in: night(3, store))
        let tonight = try night(4, store)
        try store.record(run("main", ["a": (.passed, .fixed)]), in: tonight)
        #expect(
            try store.judgements(of: "main", before: tonight) == ["a": .newFailure, "b": .flaky])
        #expect(try store.judgements(of: "next", before: tonight) == ["a": .passed])
        #expect(try store.judgements(of: "never", before: tonight).isEmpty)
        #expect(try store.lastRun(of: "main", before: tonight)?.run.results.count == 2)
        #expect(try store.lastRun(of: "never", before: tonight) == nil)
    }

    @Test("A carried run shows what the earlier one recorded, and what that means now")
    func carried() throws {
        let store = try store()
        let first = try night(1, store)
        try store.record(run("main", ["a": (.failed, .newFailure), "b": (.passed, .fixed)]), in: first)
        let second = try night(2, store)
        var carried = run("main", [:])
        carried.state = .carried
        carried.carriedFrom = first.name
        carried.evidence = nil
        try store.record(carried, in: second)
        let shown = try #require(try store.runs(of: second).first)
        #expect(shown.results.map(\.verdict) == [.stillFailing, .passed])
        #expect(shown.evidence == "nights/x/main" && shown.carriedFrom == first.name)
        // It is no run of its own: neither rates nor judgements count it.
        let third = try night(3, store)
        #expect(try store.history(of: "a", on: "main", last: 9).points.count == 1)
        #expect(try store.judgements(of: "main", before: third)["a"] == .newFailure)
        #expect(try store.lastRun(of: "main", before: third)?.night == first.name)
    }

    @Test("When it last passed, how often it passes, and how its counts developed")
    func questions() throws {
        let store = try store()
        let outcomes: [(Outcome, NightVerdict)] = [
            (.passed, .passed), (.failed, .newFailure), (.hostFailed, .infrastructure), (.passed, .fixed),
            (.failed, .flaky),
        ]
        for (index, outcome) in outcomes.enumerated() {
            try store.record(run("main", ["a": outcome], commit: "c\(index)"), in: night(index, store))
        }
        let history = try store.history(of: "a", on: "main", last: 50)
        #expect(history.points.map(\.entry.verdict) == outcomes.map(\.1).reversed())
        #expect(history.lastPass?.commit == "c3")
        #expect(history.passRate(last: 50) == (2, 4))
        #expect(history.passRate(last: 2) == (1, 2))
        #expect(history.points[0].boot == 4.25 && history.points[0].entry.buffers[0].distinct == 15)
        #expect(try store.lastGood("a", on: "main", before: night(9, store)) == "c3")
        #expect(try store.scenarios(of: "main").map(\.name) == ["a"])
        #expect(try store.branches() == ["main"])
    }

    @Test("Removed evidence leaves the verdict")
    func evidence() throws {
        let store = try store()
        let night = try night(1, store)
        try store.record(run("main", ["a": (.passed, .passed)]), in: night)
        #expect(try store.evidence().map(\.path) == ["nights/x/main"])
        try store.forgetEvidence("nights/x/main")
        #expect(try store.evidence().isEmpty)
        #expect(try store.runs(of: night).first?.results.count == 1)
    }

    @Test("A damaged file is set aside with every byte, and a new history begins", arguments: [false, true])
    func damage(isHistory: Bool) throws {
        var bytes = Data("this is no database, but somebody's text\n".utf8)
        if isHistory {
            let store = try store()
            for number in 1...40 {
                try store.record(run("main", ["a": (.passed, .passed)]), in: night(number, store))
            }
            bytes = try Data(contentsOf: file)
            bytes.replaceSubrange(4096..<min(bytes.count, 12_000), with: Data(repeating: 0xa5, count: 7904))
        }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try bytes.write(to: file)
        #expect(throws: HistoryError.self) { try HistoryStore.open(self.file) }
        #expect(try Data(contentsOf: file) == bytes, "looking changes nothing")
        for _ in 1...2 {
            try bytes.write(to: file)
            let (store, setAside) = try HistoryStore.openOrCreate(file, now: Self.start)
            let aside = try #require(setAside)
            #expect(try Data(contentsOf: aside.file) == bytes)
            #expect(!aside.reason.isEmpty)
            #expect(try store.nights(last: 9).isEmpty)
        }
        let kept = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(kept.count { $0.contains(".damaged-") } == 2, "the second does not overwrite the first")
    }

    @Test("The database of another program and of a newer kcovlab are left alone")
    func foreign() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        do {
            let other = try DatabaseQueue(path: file.path)
            try other.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
        }
        let bytes = try Data(contentsOf: file)
        #expect(throws: HistoryError.foreign(path: file.path, reason: "another program made it")) {
            _ = try HistoryStore.openOrCreate(self.file, now: Self.start)
        }
        #expect(try Data(contentsOf: file) == bytes)

        try FileManager.default.removeItem(at: file)
        _ = try store()
        do {
            let newer = try DatabaseQueue(path: file.path)
            try newer.write {
                try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 from the future')")
            }
        }
        #expect(throws: HistoryError.foreign(path: file.path, reason: "a newer kcovlab made it")) {
            _ = try HistoryStore.openOrCreate(self.file, now: Self.start)
        }
    }

    @Test("A history that is not there is not made by asking")
    func missing() {
        #expect(throws: HistoryError.missing(path: file.path)) { try HistoryStore.open(self.file) }
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }

    @Test("What fails in the middle of a run, as on a full disk, leaves what was there")
    func rollback() throws {
        let store = try store()
        let night = try night(1, store)
        let kept = run("main", ["a": (.passed, .passed)])
        try store.record(kept, in: night)
        do {
            let other = try DatabaseQueue(path: file.path)
            try other.write {
                try $0.execute(
                    sql: """
                        CREATE TRIGGER full BEFORE INSERT ON result WHEN new.scenario = 'b'
                        BEGIN SELECT raise(ABORT, 'database or disk is full'); END
                        """)
            }
        }
        let half = run(
            "main", ["a": (.failed, .newFailure), "b": (.passed, .passed)], commit: "bbbb", key: "k2")
        #expect(
            throws: HistoryError.cannot(action: "write", path: file.path, cause: "database or disk is full")
        ) {
            try store.record(half, in: night)
        }
        #expect(try store.runs(of: night) == [kept])
    }

    @Test("The query that the documentation shows finds what it says")
    func documentedQuery() throws {
        let documentation = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "../../docs/nightly.md")
        let text = try String(contentsOf: documentation, encoding: .utf8)
        let match = try #require(text.firstMatch(of: /sqlite3 kcovlab-nightly\/history\.sqlite "([^"]*)"/))
        let store = try store()
        let night = try night(1, store)
        try store.record(run("main", ["a": (.failed, .flaky), "b": (.passed, .passed)]), in: night)
        let reader = try DatabaseQueue(path: file.path)
        let rows = try reader.read { try Row.fetchAll($0, sql: String(match.1)) }
        #expect(
            rows.map { Array($0.databaseValues) } == [
                [night.name, "main", "a", "flaky"].map(\.databaseValue)
            ])
    }

    @Test("A history that the first version wrote opens, and is read as it was meant")
    func firstVersion() throws {
        let kept = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/history-v1.sqlite")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: kept, to: file)
        let (store, setAside) = try HistoryStore.openOrCreate(file, now: Self.start)
        #expect(setAside == nil)
        let nights = try store.nights(last: 9)
        #expect(nights.map(\.name) == ["20261120T110640Z", "20261119T110640Z"])
        let first = try #require(try store.runs(of: nights[1]).first)
        #expect(first == run("main", ["a": (.failed, .newFailure), "b": (.passed, .passed)]))
        let second = try #require(try store.runs(of: nights[0]).first)
        #expect(second.state == .carried && second.results.map(\.verdict) == [.stillFailing, .passed])
        // It can be written, too.
        try store.record(run("next", ["a": (.passed, .passed)]), in: try night(9, store))
        #expect(try store.branches() == ["next", "main"])
    }
}
