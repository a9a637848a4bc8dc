// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import KcovLabCommands
import Lab
import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

@Suite("History as text")
struct HistoryTextTests {
    private func point(
        _ night: String, _ outcome: Outcome, _ verdict: NightVerdict, passes: Int, of runs: Int
    )
        -> ScenarioHistory.Point
    {
        let buffers: [ScenarioEntry.Buffer] =
            outcome == .hostFailed ? [] : [.init(name: "local", mode: "pc", total: 226, distinct: 101)]
        return ScenarioHistory.Point(
            night: night, started: Date(timeIntervalSince1970: 0), commit: "abcdef0123456789",
            subject: "kcov: \u{1b}[2J change", release: "6.12", accelerator: "tcg", boot: 4.2,
            entry: ScenarioEntry(
                scenario: "both-vhost", id: "P03", outcome: outcome, verdict: verdict, seconds: 0.9,
                runs: runs, passes: passes, buffers: buffers))
    }

    private var history: ScenarioHistory {
        ScenarioHistory(
            branch: "main", scenario: "both-vhost",
            points: [
                point("N4", .failed, .newFailure, passes: 0, of: 3),
                point("N3", .hostFailed, .infrastructure, passes: 0, of: 1),
                point("N2", .passed, .passed, passes: 1, of: 1),
            ])
    }

    @Test("One scenario: last pass, rate without nights that learnt nothing, and its numbers")
    func development() {
        #expect(
            HistoryText.development(of: history, id: "P03") == """
                P03 both-vhost on main
                last pass    N2, commit abcdef012345 (kcov: \\x1b[2J change)
                passed       1 of 4 runs, 25 %

                night  commit        verdict         passed  took   boot   local
                N4     abcdef012345  new-failure     0 of 3  0.9 s  4.2 s  226 (101 distinct)
                N3     abcdef012345  infrastructure  0 of 1  0.9 s  4.2 s  -
                N2     abcdef012345  passed          1 of 1  0.9 s  4.2 s  226 (101 distinct)
                """)
    }

    @Test("All scenarios of a branch have a line each")
    func overview() {
        let never = ScenarioHistory(branch: "main", scenario: "(boot)", points: [])
        #expect(
            HistoryText.overview(of: "main", [("P03", history), (nil, never)], last: 20) == """
                main            verdict      passed  last pass
                P03 both-vhost  new-failure  1 of 4  N2, commit abcdef012345 (kcov: \\x1b[2J change)
                (boot)                       -       never in these nights
                """)
    }
}

@Suite("The history command")
final class HistoryCommandTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID())")

    deinit { try? FileManager.default.removeItem(at: directory) }

    private func execute(_ words: String...) async -> Int32 {
        await KcovLab.execute(["history", "--output", directory.path] + words)
    }

    @Test(
        "No history, a damaged one, an unknown branch and an unknown scenario are bad input; nothing is changed"
    )
    func badInput() async throws {
        let file = directory.appending(path: "history.sqlite")
        #expect(await execute() == ExitStatus.badInput.rawValue)
        #expect(!FileManager.default.fileExists(atPath: directory.path))
        let (store, _) = try HistoryStore.openOrCreate(file, now: .now)
        #expect(await execute() == ExitStatus.expectationFailed.rawValue, "an empty history shows nothing")
        try store.record(
            BranchRun(
                branch: "main", state: .tested, selection: "s", started: .now, seconds: 1,
                results: [ScenarioEntry(scenario: "a", id: "L01", outcome: .passed, verdict: .passed)]),
            in: try store.begin(started: .now, config: "c"))
        #expect(await execute() == 0)
        #expect(await execute("L01", "--branch", "main") == 0)
        #expect(await execute("L99") == ExitStatus.badInput.rawValue)
        #expect(await execute("--branch", "mian") == ExitStatus.badInput.rawValue)
        #expect(await execute("--last", "0") == ExitStatus.usage.rawValue)
        try Data("nonsense of more than sixteen bytes".utf8).write(to: file)
        #expect(await execute() == ExitStatus.badInput.rawValue)
        #expect(try Data(contentsOf: file).count == 35)
    }
}
