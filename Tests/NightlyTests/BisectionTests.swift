// SPDX-License-Identifier: Apache-2.0

import Bisection
import Diagnostics
import Foundation
import Installation
import KernelBuild
import Lab
import ScenarioModel
import Testing

/// The search for a culprit in a real repository, with kernels that behave as their first line says.
@Suite("A search for the commit that broke a scenario")
struct BisectionTests {
    private let laboratory: Laboratory
    private let settings: Settings

    init() async throws {
        laboratory = try await Laboratory()
        settings = Settings(environment: ["KCOVLAB_CACHE": laboratory.directory.appending(path: "cache").path]
        )
        for (file, text) in [("Makefile", "VERSION = 6\nPATCHLEVEL = 12\n"), ("Kconfig", "\n")] {
            try Data(text.utf8).write(to: laboratory.remote.appending(path: file))
        }
    }

    /// Commits one behaviour after the other; the same one again is another commit.
    private func push(_ behaviours: [String]) async throws -> [String] {
        var hashes: [String] = []
        for (index, behaviour) in behaviours.enumerated() {
            hashes.append(try await laboratory.push("\(behaviour) \(index)", to: "work"))
        }
        return hashes
    }

    private func search(
        _ good: String, _ bad: String, tester: any KernelTester,
        for question: CommitJudge.Question = .scenarios,
        budget: Bisection.Budget = .init(), in directory: URL? = nil
    ) async throws -> Bisection.Answer {
        try await bisection(good, bad, tester: tester, for: question, budget: budget).run(
            in: directory ?? laboratory.directory.appending(path: "runs-\(UUID())"))
    }

    private func bisection(
        _ good: String, _ bad: String, tester: any KernelTester,
        for question: CommitJudge.Question = .scenarios, budget: Bisection.Budget = .init()
    ) async throws -> Bisection {
        let scenarios = try ScenarioCatalog.load(directory: ShippedData.locate().scenarios).select(["L01"])
        let git = try await GitBisection(tree: laboratory.remote, good: good, bad: bad, settings: settings)
        return Bisection(
            git: git, kernel: KernelChoice(image: "debian-6.12", tree: laboratory.remote),
            judge: CommitJudge(question, tester: tester, scenarios: scenarios, host: "h", repeats: 1),
            question: Data("L01".utf8), settings: settings, budget: budget, say: { _ in })
    }

    /// What searches left in the cache.
    private func leftovers() -> [String] {
        let files = FileManager.default
        return ["bisections", "git"].flatMap { name in
            (try? files.contentsOfDirectory(atPath: settings.cache.appending(path: name).path)) ?? []
        }.filter { !$0.hasPrefix("tree-") }
    }

    @Test("It finds the first bad commit and leaves nothing but its runs")
    func culprit() async throws {
        let hashes = try await push([
            "fine", "fine", "nobuild", "fine", "breaks", "breaks", "nobuild", "breaks",
        ])
        let tester = FakeTester()
        let answer = try await search(hashes[0], "work", tester: tester)
        guard case .culprit(let commit) = answer.kind else {
            Issue.record("no culprit: \(answer.kind)")
            return
        }
        #expect(commit.hash == hashes[4])
        #expect(commit.subject == "kcov: breaks 4")
        #expect(answer.verdicts[hashes[3]]?.mark == .good)
        #expect(answer.verdicts.count < hashes.count)
        #expect(leftovers().isEmpty)
        let text = BisectionText.lines(answer).joined(separator: "\n")
        #expect(text.contains("\(hashes[4]) is the first bad commit"))
        #expect(text.contains("compare   kcovlab compare "))
    }

    @Test("It finds the commit that stopped a kernel from building, or from booting")
    func culpritBefore() async throws {
        for (word, question) in [("nobuild", CommitJudge.Question.building), ("panics", .booting)] {
            let hashes = try await push(
                ["fine", "breaks", "fine", word, word, word].map { "\($0) for \(word)" })
            let answer = try await search(hashes[0], hashes[5], tester: FakeTester(), for: question)
            guard case .culprit(let commit) = answer.kind else {
                Issue.record("no culprit: \(answer.kind)")
                return
            }
            #expect(commit.hash == hashes[3])
        }
    }

    @Test("Several bad commits are told to git in the order of history, whatever their hashes")
    func order() async throws {
        let hashes = try await push((0..<12).map { $0 < 3 ? "fine" : "breaks" })
        let git = try await GitBisection(
            tree: laboratory.remote, good: hashes[0], bad: hashes[11], settings: settings)
        let bad = Dictionary(uniqueKeysWithValues: hashes[3...].map { ($0, GitBisection.Mark.bad) })
        guard case .test(let next, let candidates, _) = try await git.position(after: bad) else {
            Issue.record("two commits before the oldest bad one are not judged yet")
            return
        }
        #expect(candidates == 3 && hashes[1...2].contains(next.hash))
        let known = bad.merging([hashes[2]: .good]) { $1 }
        guard case .found(let culprit) = try await git.position(after: known) else {
            Issue.record("the last good and the oldest bad commit are neighbours")
            return
        }
        #expect(culprit.hash == hashes[3])
    }

    @Test("The search of a branch that was rebased begins where its histories part, if it may")
    func rebased() async throws {
        let hashes = try await push(["fine", "fine"])
        try await Git.run("-C", laboratory.remote.path, "reset", "-q", "--hard", hashes[0])
        let bad = try await push(["breaks"])[0]
        let git = try await GitBisection(
            tree: laboratory.remote, good: hashes[1], bad: bad, acceptsRewriting: true, settings: settings)
        #expect(git.good.hash == hashes[0] && git.bad.hash == bad)
        let error = await #expect(throws: InputError.self) {
            try await GitBisection(tree: laboratory.remote, good: hashes[1], bad: bad, settings: settings)
        }
        #expect(error?.description.contains("--good \(hashes[0].prefix(12))") == true)
    }

    @Test("A search that was interrupted goes on, and judges nothing again")
    func resumed() async throws {
        let hashes = try await push((0..<9).map { $0 < 6 ? "fine" : "breaks" })
        let first = FakeTester { behaviour in
            if behaviour.contains("4") { throw CancellationError() }
        }
        await #expect(throws: CancellationError.self) {
            try await search(hashes[0], hashes[8], tester: first)
        }
        #expect(!leftovers().isEmpty)
        let second = FakeTester()
        let answer = try await search(hashes[0], hashes[8], tester: second)
        guard case .culprit(let commit) = answer.kind else {
            Issue.record("no culprit: \(answer.kind)")
            return
        }
        #expect(commit.hash == hashes[6])
        let before = Set(first.takeCalls().map(\.behaviour)), after = Set(second.takeCalls().map(\.behaviour))
        #expect(before.contains("fine 0") && before.contains("breaks 8"))
        #expect(before.intersection(after) == ["fine 4"])
        #expect(leftovers().isEmpty)
    }

    @Test("It goes on in the directory it was told, and judges a half judged commit anew")
    func resumedInPlace() async throws {
        let hashes = try await push((0..<9).map { $0 < 6 ? "fine" : "breaks" })
        let runs = laboratory.directory.appending(path: "runs")
        let first = FakeTester { behaviour in
            guard behaviour.contains("4") else { return }
            // What the run of the commit left when it was interrupted.
            let half = runs.appending(path: "\(hashes[4].prefix(12))/half")
            try Data().write(to: half)
            throw CancellationError()
        }
        let search = try await bisection(hashes[0], hashes[8], tester: first)
        #expect(!search.began(in: runs))
        await #expect(throws: CancellationError.self) { try await search.run(in: runs) }
        let again = try await bisection(hashes[0], hashes[8], tester: FakeTester())
        #expect(again.began(in: runs) && !again.began(in: laboratory.directory))
        // Another question knows nothing of the directory.
        #expect(!(try await bisection(hashes[1], hashes[8], tester: FakeTester()).began(in: runs)))
        let answer = try await again.run(in: runs)
        guard case .culprit(let commit) = answer.kind else {
            Issue.record("no culprit: \(answer.kind)")
            return
        }
        #expect(commit.hash == hashes[6])
        let files = try FileManager.default.contentsOfDirectory(
            atPath: runs.appending(path: "\(hashes[4].prefix(12))").path)
        #expect(files.contains("record.json") && !files.contains("half"))
        #expect(!again.began(in: runs), "a search that has ended is forgotten")
    }

    @Test("A mistake at an end leaves nothing that could go on")
    func mistakeAtAnEnd() async throws {
        let hashes = try await push(["fine", "breaks"])
        let tester = FakeTester { behaviour in
            if behaviour.contains("fine") {
                throw InputError(
                    "the patch does not apply", at: SourceLocation(file: "p", line: 1, column: 1))
            }
        }
        await #expect(throws: InputError.self) { try await search(hashes[0], hashes[1], tester: tester) }
        #expect(leftovers().isEmpty)
    }

    @Test("An end that is not what it is called is bad input, and nothing is left of the search")
    func ends() async throws {
        let hashes = try await push(["breaks", "fine", "breaks", "nobuild"])
        for (good, bad, message) in [
            (0, 2, "the good commit \(hashes[0].prefix(12)) is bad"),
            (0, 1, "the bad commit \(hashes[1].prefix(12)) is good"),
            (1, 3, "the bad commit \(hashes[3].prefix(12)) cannot be judged"),
        ] {
            let error = await #expect(throws: InputError.self) {
                try await search(hashes[good], hashes[bad], tester: FakeTester())
            }
            #expect(error?.description.contains(message) == true)
            #expect(leftovers().isEmpty)
        }
    }

    @Test("Where only commits are left that do not build, all of them are named")
    func undecided() async throws {
        let hashes = try await push(["fine", "nobuild", "nobuild", "breaks"])
        let answer = try await search(hashes[0], hashes[3], tester: FakeTester())
        guard case .undecided(let commits) = answer.kind else {
            Issue.record("decided: \(answer.kind)")
            return
        }
        #expect(Set(commits.map(\.hash)) == Set(hashes[1...3]))
        #expect(BisectionText.lines(answer).contains { $0.contains("nobuild") })
    }

    @Test("A failure of the machine ends the search without a verdict")
    func machine() async throws {
        let hashes = try await push(["fine", "fine", "lost", "fine", "breaks"])
        await #expect(throws: HostError.self) {
            try await search(hashes[0], hashes[4], tester: FakeTester())
        }
        let again = FakeTester()
        await #expect(throws: HostError.self) {
            try await search(hashes[0], hashes[4], tester: again)
        }
        #expect(again.takeCalls().map(\.behaviour).contains { $0.hasPrefix("lost") })
    }

    @Test("A search that may judge no more says how many commits are left")
    func budget() async throws {
        let hashes = try await push((0..<9).map { $0 < 6 ? "fine" : "breaks" })
        let answer = try await search(
            hashes[0], hashes[8], tester: FakeTester(), budget: Bisection.Budget(kernels: 3))
        guard case .unfinished(let candidates) = answer.kind else {
            Issue.record("finished: \(answer.kind)")
            return
        }
        #expect(candidates == 4)
    }

    @Test("Ends that do not exist, are one commit or are in the wrong order are bad input")
    func refused() async throws {
        let hashes = try await push(["fine", "breaks"])
        for (good, bad, message) in [
            ("wrok", "work", "has no commit, branch or tag 'wrok'"),
            (hashes[1], hashes[1], "are one commit"),
            (hashes[1], hashes[0], "is no ancestor of"),
            ("--all", "work", "is not a commit"),
        ] {
            let error = await #expect(throws: InputError.self) {
                try await search(good, bad, tester: FakeTester())
            }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }
}
