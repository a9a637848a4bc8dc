// SPDX-License-Identifier: Apache-2.0

import Bisection
import Foundation
import Glibc
import History
import Lab
import Nightly
import ScenarioModel
import Synchronization
import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

@Suite("Nights")
struct NightTests {
    @Test("Three nights: branches move, break and get fixed, and each night says what is news")
    func threeNights() async throws {
        let laboratory = try await Laboratory()
        let tester = FakeTester()
        let branches = ["clean", "moves", "breaks", "nobuild", "panics", "wavers"]
        for branch in branches { try await laboratory.push("good \(branch)", to: branch) }
        let config = try laboratory.config(branches)

        let first = try await laboratory.night(config, tester)
        #expect(Laboratory.summary(first) == branches.map { "\($0) tested" })
        #expect(first.exitStatus == .success)
        #expect(tester.takeCalls().count == 6)

        try await laboratory.push("good again", to: "moves")
        for branch in ["breaks", "nobuild", "panics", "wavers"] {
            try await laboratory.push("\(branch) now", to: branch)
        }
        let second = try await laboratory.night(config, tester)
        #expect(
            Laboratory.summary(second) == [
                "clean carried", "moves tested", "breaks tested U05 new-failure",
                "nobuild not-built (build) new-failure", "panics tested (boot) new-failure",
                "wavers tested U05 flaky",
            ])
        #expect(second.exitStatus == .expectationFailed)
        let calls = tester.takeCalls()
        #expect(!calls.contains { $0.behaviour.hasPrefix("good clean") }, "nothing of it changed")
        // One scenario again for each that is news, as often as the configuration says; a compiler is believed.
        #expect(
            calls.filter { $0.repeats == 3 }.map(\.behaviour).sorted() == [
                "breaks now", "panics now", "wavers now",
            ])
        #expect(calls.filter { $0.repeats == 3 }.allSatisfy { $0.scenarios.count == 1 })
        #expect(second.regressions.allSatisfy { $0.entry.culprit?.contains("were not searched") == true })

        let page = laboratory.place.directory(of: second.night).appending(path: "breaks/mode-values.html")
        #expect(try String(contentsOf: page, encoding: .utf8).contains(" to \(second.night.name)</pre>"))
        let run = page.deletingLastPathComponent().appending(path: "index.html")
        #expect(try String(contentsOf: run, encoding: .utf8).contains("again/report.txt\""))

        try await laboratory.push("good as before", to: "breaks")
        try await laboratory.push("good at last", to: "nobuild")
        let third = try await laboratory.night(config, tester)
        #expect(
            Laboratory.summary(third) == [
                "clean carried", "moves carried", "breaks tested U05 fixed", "nobuild tested (build) fixed",
                "panics carried (boot) still-failing", "wavers carried U05 flaky",
            ])
        #expect(third.exitStatus == .success)
        #expect(tester.takeCalls().map(\.behaviour).sorted() == ["good as before", "good at last"])
    }

    @Test("A kernel that is the same is tested again when what is run on it changed")
    func selection() async throws {
        let laboratory = try await Laboratory()
        let tester = FakeTester()
        try await laboratory.push("good", to: "main")
        let config = try laboratory.config(["main"])
        let agent = laboratory.directory.appending(path: "agent")
        try Data("one".utf8).write(to: agent)
        var states: [String] = []
        for text in ["one", "one", "two"] {
            try Data(text.utf8).write(to: agent)
            states += Laboratory.summary(try await laboratory.night(config, tester, instruments: [agent]))
        }
        let fewer = try laboratory.config(["main"], scenarios: "L01")
        states += Laboratory.summary(try await laboratory.night(fewer, tester, instruments: [agent]))
        // A commit that leaves the kernel as it was.
        try await laboratory.push("good", to: "main")
        states += Laboratory.summary(try await laboratory.night(fewer, tester, instruments: [agent]))
        #expect(states == ["tested", "carried", "tested", "tested", "carried"].map { "main \($0)" })
    }

    @Test("A branch that vanished, a remote that is silent, a lost host: the night goes on and says so")
    func infrastructure() async throws {
        let laboratory = try await Laboratory()
        let tester = FakeTester()
        for branch in ["gone", "stays", "unlucky"] { try await laboratory.push("good \(branch)", to: branch) }
        _ = try await laboratory.night(try laboratory.config(["gone", "stays", "unlucky"]), tester)
        try await Git.run("-C", laboratory.remote.path, "branch", "-q", "-D", "gone")
        try await laboratory.push("lost", to: "unlucky")
        try await laboratory.push("good still", to: "stays")

        // Accepts connections and never says a word.
        let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(silent) }
        #expect(listen(silent, 5) == 0)
        let port = try #require(Self.port(of: silent))
        let text = try laboratory.config(["gone", "unlucky", "stays"]).text
            .replacing("remotes: {r:", with: "fetch-limit: 2\nremotes: {s: \"git://127.0.0.1:\(port)/x\", r:")
            .replacing("branches:", with: "branches:\n  - {remote: s, branch: main, name: silent}")
        let config = try laboratory.read(text)
        let standing = try await laboratory.night(config, tester)
        #expect(
            Laboratory.summary(standing) == [
                "silent infrastructure", "gone infrastructure", "unlucky infrastructure", "stays tested",
            ])
        let notes = standing.runs.map { $0.note ?? "" }
        #expect(notes[0].contains("did not deliver within 2 s"))
        #expect(notes[1].contains("has no branch 'gone'"))
        #expect(notes[2].contains("libvirtd is gone"))
        #expect(standing.exitStatus == .success, "nothing regressed")

        // What was learnt before is what the next nights are compared with.
        try await laboratory.push("breaks", to: "unlucky")
        let next = try await laboratory.night(try laboratory.config(["unlucky"]), tester)
        #expect(Laboratory.summary(next) == ["unlucky tested U05 new-failure"])
        // A night that learnt nothing at all is no success.
        let nothing = try await laboratory.night(try laboratory.config(["gone"]), tester)
        #expect(nothing.exitStatus == .hostFailed)
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safety: the address and its length outlive the call.
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe getsockname(descriptor, pointer, &length)
            }
        }
        return result == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }

    @Test("A night that was ended goes on where it was; another one in the same place waits for nobody")
    func resume() async throws {
        let laboratory = try await Laboratory()
        for branch in ["one", "two"] { try await laboratory.push("good \(branch)", to: branch) }
        let config = try laboratory.config(["one", "two"])
        let busy = Mutex<(any Error)?>(nil)
        let task = Mutex<Task<NightStanding, any Error>?>(nil)
        let tester = FakeTester { behaviour in
            guard behaviour == "good two" else { return }
            do {
                _ = try await laboratory.night(config, FakeTester(), isSameNight: true)
            } catch {
                busy.withLock { $0 = error }
            }
            task.withLock { $0?.cancel() }
            try Task.checkCancellation()
        }
        let first = task.withLock { slot in
            let task = Task { try await laboratory.night(config, tester) }
            slot = task
            return task
        }
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(busy.withLock { $0 is NightShift.Busy })
        let again = FakeTester()
        let standing = try await laboratory.night(config, again, isSameNight: true)
        #expect(Laboratory.summary(standing) == ["one tested", "two tested"])
        #expect(again.takeCalls().map(\.behaviour) == ["good two"])
        let store = try HistoryStore.open(laboratory.place.history)
        #expect(try store.nights(last: 9).count == 1)
        #expect(try store.nights(last: 9).first?.ended != nil)
    }

    @Test("A damaged history is put aside; the night is tested and says what was lost")
    func damagedHistory() async throws {
        let laboratory = try await Laboratory()
        try await laboratory.push("good", to: "main")
        let config = try laboratory.config(["main"])
        _ = try await laboratory.night(config, FakeTester())
        try Data("something else entirely, and long enough".utf8).write(to: laboratory.place.history)
        let standing = try await laboratory.night(config, FakeTester())
        #expect(Laboratory.summary(standing) == ["main tested"])
        #expect(standing.troubles.count == 1 && standing.troubles[0].contains("put aside"))
        #expect(standing.exitStatus == .hostFailed)
    }

    @Test("Evidence stays within its bounds, and what tonight refers to stays whatever they say")
    func retention() async throws {
        let laboratory = try await Laboratory()
        let tester = FakeTester()
        for branch in ["still", "moves"] { try await laboratory.push("good \(branch)", to: branch) }
        let config = try laboratory.config(["still", "moves"], more: "retention: {nights: 2}")
        var last: NightStanding?
        for number in 1...4 {
            try await laboratory.push("good \(number)", to: "moves")
            last = try await laboratory.night(config, tester)
        }
        let store = try HistoryStore.open(laboratory.place.history)
        let nights = try store.nights(last: 9).map(\.name)
        #expect(nights.count == 4, "the history keeps all")
        let kept = try FileManager.default.contentsOfDirectory(atPath: laboratory.place.nights.path).sorted()
        #expect(kept == [nights[3], nights[1], nights[0]], "the oldest holds what 'still' is carried from")
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: laboratory.place.nights.appending(path: nights[3]).path) == ["still"])
        for run in try #require(last).runs {
            let evidence = try #require(run.evidence)
            #expect(
                FileManager.default.fileExists(atPath: laboratory.place.root.appending(path: evidence).path))
        }
        let paths = try store.evidence().map(\.path)
        #expect(
            paths.allSatisfy {
                FileManager.default.fileExists(atPath: laboratory.place.root.appending(path: $0).path)
            })
        #expect(paths.count == 3)
    }

    /// Answers with what it was asked.
    private struct Search: CulpritSearch {
        let questions = Questions()

        final class Questions: Sendable {
            let all = Mutex<[CulpritQuestion]>([])
        }

        func culprit(
            of question: CulpritQuestion, until deadline: ContinuousClock.Instant
        ) async throws -> String {
            questions.all.withLock { $0.append(question) }
            return "abc is it"
        }
    }

    @Test("A new failure is searched between the last good commit and tonight's, once for one reason")
    func culprit() async throws {
        let laboratory = try await Laboratory()
        let good = try await laboratory.push("good", to: "main")
        let config = try laboratory.config(["main"])
        let search = Search()
        _ = try await laboratory.night(config, FakeTester(), search: search)
        try await laboratory.push("good more", to: "main")
        let bad = try await laboratory.push("breaks", to: "main")
        let standing = try await laboratory.night(config, FakeTester(), search: search)
        #expect(standing.regressions.map(\.entry.culprit) == ["abc is it"])
        let questions = search.questions.all.withLock(\.self)
        #expect(questions.map(\.good) == [good] && questions.map(\.bad) == [bad])
        #expect(questions.first?.scenario.id == "U05" && questions.first?.builds == 16)
        // It is known already the night after.
        try await laboratory.push("breaks still", to: "main")
        _ = try await laboratory.night(config, FakeTester(), search: search)
        #expect(search.questions.all.withLock(\.count) == 1)
    }

    @Test("A kernel that stops building or booting is searched, too, with a scenario that shows it")
    func culpritBefore() async throws {
        let laboratory = try await Laboratory()
        let branches = ["builds", "boots"]
        for branch in branches { try await laboratory.push("good \(branch)", to: branch) }
        let config = try laboratory.config(branches)
        _ = try await laboratory.night(config, FakeTester())
        try await laboratory.push("nobuild", to: "builds")
        try await laboratory.push("panics", to: "boots")
        let search = Search()
        let standing = try await laboratory.night(config, FakeTester(), search: search)
        #expect(standing.regressions.map(\.entry.scenario) == ["(build)", "(boot)"])
        #expect(standing.regressions.map(\.entry.culprit) == ["abc is it", "abc is it"])
        let questions = search.questions.all.withLock(\.self)
        #expect(questions.map(\.kind) == [.building, .booting])
        #expect(questions.map(\.scenario.id) == ["U05", "U05"])
    }

    @Test("Several hosts share the branches")
    func hosts() async throws {
        let laboratory = try await Laboratory()
        let branches = ["a", "b", "c", "d"]
        for branch in branches { try await laboratory.push("good \(branch)", to: branch) }
        let tester = FakeTester()
        let config = try laboratory.config(branches, more: "hosts: [qemu:///embed, qemu+tcp://other/system]")
        let standing = try await laboratory.night(config, tester)
        let notes = standing.runs.compactMap(\.note)
        #expect(Laboratory.summary(standing) == branches.map { "\($0) tested" }, "\(notes)")
        #expect(Set(tester.takeCalls().map(\.host)).count == 2)
    }

    @Test("A host that is out or loses scenarios costs no result where there is another host")
    func failover() async throws {
        let laboratory = try await Laboratory()
        for branch in ["lost", "loses"] { try await laboratory.push("\(branch) now", to: branch) }
        let tester = FakeTester()
        let alone = try await laboratory.night(try laboratory.config(["lost", "loses"]), tester)
        #expect(
            Laboratory.summary(alone) == ["lost infrastructure", "loses tested U05 infrastructure"])
        _ = tester.takeCalls()
        let hosts = "hosts: [qemu:///embed, qemu+tcp://other/system]"
        let both = try await laboratory.night(
            try laboratory.config(["lost", "loses"], more: hosts), tester)
        #expect(Laboratory.summary(both) == ["lost tested", "loses tested"])
        let loser = try #require(both.runs.last)
        let record = laboratory.place.root.appending(path: try #require(loser.evidence) + "/record.json")
        let kept = try JSONDecoder().decode(RunRecord.self, from: Data(contentsOf: record))
        #expect(kept.scenarios.map(\.outcome) == [.passed, .passed, .passed])

        // Begun on the host that loses it.
        try await laboratory.push("loses again", to: "loses")
        let moved = try await laboratory.night(try laboratory.config(["loses"], more: hosts), tester)
        #expect(Laboratory.summary(moved) == ["loses tested"])
        let page = laboratory.place.root.appending(
            path: try #require(moved.runs[0].evidence) + "/index.html")
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text.contains("<h2>What ran on another host</h2>"))
        #expect(text.contains("elsewhere/report.txt\""))
    }
}
