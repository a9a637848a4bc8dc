// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Installation
import Lab
import Reports
import Synchronization
import Testing

@Suite("Run directory")
struct RunDirectoryTests {
    /// Runs a body with a new directory that is removed after it.
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "kcovlab-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url)
    }

    @Test("A named directory may be missing or empty, and nothing else")
    func named() throws {
        try withDirectory { root in
            let fresh = root.appending(path: "a/b")
            #expect(try RunDirectory.use(fresh).url == fresh)
            _ = try RunDirectory.use(fresh)
            try Data("x".utf8).write(to: fresh.appending(path: "kept"))
            #expect(throws: RunDirectory.Failure.self) { try RunDirectory.use(fresh) }
            do throws(RunDirectory.Failure) {
                _ = try RunDirectory.use(fresh.appending(path: "kept"))
                Issue.record("a file was taken as a run directory")
            } catch {
                #expect(error.isBadInput)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: fresh.path) == ["kept"])
        }
    }

    @Test("Runs of the same second do not share a directory, and latest is the newest")
    func automatic() throws {
        try withDirectory { root in
            let now = Date(timeIntervalSince1970: 1_795_426_000)
            let first = try RunDirectory.create(below: root, image: "my/image", now: now)
            let second = try RunDirectory.create(below: root, image: "my/image", now: now)
            #expect(first.url.lastPathComponent == "20261123T092640Z-my-image")
            #expect(second.url.lastPathComponent == "20261123T092640Z-my-image-2")
            for directory in [first, second] {
                try directory.becomeLatest()
                let target = try FileManager.default.destinationOfSymbolicLink(
                    atPath: root.appending(path: "latest").path)
                #expect(target == directory.url.lastPathComponent)
            }
        }
    }

    @Test("Runs that end together do not get in each other's way")
    func together() throws {
        try withDirectory { root in
            let results = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 64) { number in
                do {
                    try RunDirectory.use(root.appending(path: "run-\(number)")).becomeLatest()
                } catch {
                    results.withLock { $0.append("\(error)") }
                }
            }
            #expect(results.withLock(\.self) == [])
            let names = try FileManager.default.contentsOfDirectory(atPath: root.path)
            #expect(names.filter { $0.contains("latest") } == ["latest"])
        }
    }

    @Test("All reports of a run are there, and nothing half-written")
    func reports() throws {
        try withDirectory { root in
            let directory = try RunDirectory.use(root.appending(path: "run"))
            try ReportFiles.write(SampleRun.everyOutcome, to: directory)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path).sorted()
            #expect(names == ["junit.xml", "record.json", "report.ktap", "report.txt", "results.json"])
            let record = try JSONDecoder().decode(RunRecord.self, from: Data(contentsOf: directory.record))
            #expect(ResultsDocument(record) == ResultsDocument(SampleRun.everyOutcome))
        }
    }

    @Test("A write that fails leaves nothing behind")
    func failedWrite() throws {
        try withDirectory { root in
            let file = root.appending(path: "results.json")
            try AtomicFile.write("old", to: file)
            // No file system here takes names longer than 255 bytes.
            let impossible = root.appending(path: String(repeating: "x", count: 300))
            #expect(throws: AtomicFile.Failure.self) { try AtomicFile.write("new", to: impossible) }
            #expect(try String(contentsOf: file, encoding: .utf8) == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == ["results.json"])
        }
    }

    @Test("The journal shows, logs and remembers what it receives")
    func journal() throws {
        try withDirectory { root in
            let screen = root.appending(path: "screen")
            try Data().write(to: screen)
            let log = root.appending(path: "events.jsonl")
            let output = try FileHandle(forWritingTo: screen)
            let journal = try RunJournal(
                writer: TerminalWriter(output: output, settings: Settings(environment: [:])), file: log)
            journal.receive(.remark("accelerator tcg"))
            journal.receive(.scenarioStarted(name: "a", id: nil))
            journal.receive(.scenarioEnded(SampleRun.result("a", .passed)))
            #expect(journal.results.map(\.name) == ["a"])
            #expect(journal.cannotLog == nil)
            let shown = try String(contentsOf: screen, encoding: .utf8)
            #expect(shown.split(separator: "\n").count == 2)
            #expect(try String(contentsOf: log, encoding: .utf8).split(separator: "\n").count == 3)
        }
    }
}
