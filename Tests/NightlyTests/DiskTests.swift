// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import History
import Lab
import Nightly
import Subprocess
import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

@Suite("Nights and the disk")
struct DiskTests {
    /// Runs a program that must succeed.
    private func run(_ words: String...) async throws -> String {
        let result = try await Subprocess.run(
            .name(words[0]), arguments: Arguments(Array(words.dropFirst())), output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16))
        try #require(result.terminationStatus.isSuccess, "\(words): \(result.standardError)")
        return result.standardOutput
    }

    /// Takes all the room there is below a directory.
    private func fill(_ file: URL) throws {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        for size in [1 << 16, 1 << 12, 1] {
            let block = Data(repeating: 7, count: size)
            do { while true { try handle.write(contentsOf: block) } } catch { continue }
        }
    }

    @Test(
        "A disk that fills up in the middle costs that branch, never the history; the next night recovers",
        .enabled(if: geteuid() == 0, "mounting a small file system takes root"))
    func full() async throws {
        let laboratory = try await Laboratory()
        let root = laboratory.place.root
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        _ = try await run("mount", "-t", "tmpfs", "-o", "size=24m", "none", root.path)
        do {
            for branch in ["one", "two", "three"] { try await laboratory.push("good \(branch)", to: branch) }
            let config = try laboratory.config(["one", "two", "three"])
            #expect(try await laboratory.night(config, FakeTester()).exitStatus == .success)

            for branch in ["one", "two", "three"] { try await laboratory.push("good, \(branch)", to: branch) }
            let filler = root.appending(path: "filler")
            let filling = FakeTester { if $0 == "good, two" { try fill(filler) } }
            let night = try await laboratory.night(config, filling)
            let states = Laboratory.summary(night)
            #expect(states.count == 3 && states[0] == "one tested" && states[1] == "two infrastructure")
            #expect(night.runs[1].note?.contains("No space left on device") == true)
            #expect(night.exitStatus == .hostFailed)
            #expect(!night.troubles.isEmpty)
            let check = try await run("sqlite3", laboratory.place.history.path, "PRAGMA quick_check")
            #expect(check == "ok\n")
            let store = try HistoryStore.open(laboratory.place.history)
            let kept = try store.nights(last: 9)
            #expect(kept.count == 2)
            #expect(try store.runs(of: kept[1]).count == 3, "the night before is whole")

            try FileManager.default.removeItem(at: filler)
            let next = try await laboratory.night(config, FakeTester())
            #expect(
                next.runs.allSatisfy { [.tested, .carried].contains($0.state) }, "\(Laboratory.summary(next))"
            )
            #expect(next.exitStatus == .success)
        } catch {
            Issue.record(error)
        }
        _ = try await run("umount", "-l", root.path)
    }

    @Test("Nights that take more than `size` go, the oldest first and before the work begins")
    func size() async throws {
        let laboratory = try await Laboratory()
        let config = try laboratory.config(["main"], more: "retention: {nights: 9, size: 3MB}")
        let nights = laboratory.place.nights
        @Sendable func kept() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: nights.path).sorted()
        }
        for number in 1...2 {
            try await laboratory.push("good \(number)", to: "main")
            let standing = try await laboratory.night(config, FakeTester())
            let evidence = laboratory.place.root.appending(path: try #require(standing.runs[0].evidence))
            try Data(repeating: 1, count: 2_000_000).write(to: evidence.appending(path: "console.log"))
        }
        let before = try kept()
        #expect(before.count == 2, "both are there until the next night looks")
        try await laboratory.push("good 3", to: "main")
        let tester = FakeTester { _ in
            // What may be carried over stays; the rest made room before anything was tested.
            let now = (try? kept()) ?? []
            #expect(now.first == before.last)
        }
        _ = try await laboratory.night(config, tester)
        #expect(tester.takeCalls().count == 1)
        #expect(try kept().count == 2)
    }

    @Test("The repository counts among what is shown, and links stay valid when nights went")
    func use() async throws {
        let laboratory = try await Laboratory()
        let config = try laboratory.config(["main", "still"], more: "retention: {nights: 2}")
        try await laboratory.push("good", to: "still")
        for number in 1...4 {
            try await laboratory.push("breaks \(number)", to: "main")
            _ = try await laboratory.night(config, FakeTester())
        }
        let root = laboratory.place.root
        let size = try await run("du", "-sb", laboratory.place.mirror.path)
        #expect(try #require(Int(size.prefix(while: \.isNumber))) > 10_000)
        let page = try String(contentsOf: root.appending(path: "index.html"), encoding: .utf8)
        #expect(page.contains("MB, the repository "))
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        var count = 0
        for path in files where path.hasSuffix(".html") {
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            let directory = root.appending(path: path).deletingLastPathComponent()
            for match in text.matches(of: /href="([^"#]*)/) {
                let target = try #require(String(match.1).removingPercentEncoding)
                let file = directory.appending(path: target).standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: file.path), "\(path) -> \(target)")
                count += 1
            }
        }
        #expect(count > 40)
        #expect(try FileManager.default.contentsOfDirectory(atPath: laboratory.place.nights.path).count == 3)
    }
}
