// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import Installation
import KernelBuild
import Lab
import Nightly
import ScenarioModel
import Synchronization

/// A remote with branches, and nights over it; goes away with the test.
final class Laboratory: Sendable {
    let directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appending(
        path: "kcovlab-nights-\(UUID())")
    var remote: URL { directory.appending(path: "remote") }
    var place: NightPlace { NightPlace(root: directory.appending(path: "out")) }
    private let nights = Mutex(0)

    init() async throws {
        try FileManager.default.createDirectory(
            at: remote.appending(path: "kernel"), withIntermediateDirectories: true)
        try await Git.run("init", "-q", "-b", "trunk", remote.path)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Commits a behaviour to a branch, which begins where the last commit was made.
    @discardableResult
    func push(_ behaviour: String, to branch: String) async throws -> String {
        try await Git.run("-C", remote.path, "checkout", "-q", "-B", branch)
        try Data("\(behaviour)\n".utf8).write(to: remote.appending(path: "kernel/kcov.c"))
        try await Git.run("-C", remote.path, "add", "-A")
        try await Git.run("-C", remote.path, "commit", "-q", "--allow-empty", "-m", "kcov: \(behaviour)")
        return try await Git.run("-C", remote.path, "rev-parse", "HEAD")
    }

    func config(
        _ branches: [String], scenarios: String = "L01, L06, U05", more: String = ""
    ) throws -> NightlyConfig {
        let list = branches.map { "  - {remote: r, branch: \($0), name: \($0)}" }.joined(separator: "\n")
        return try read(
            """
            image: debian-6.12
            scenarios: [\(scenarios)]
            remotes: {r: \(remote.path)}
            branches:
            \(list)
            \(more)
            """)
    }

    func read(_ text: String) throws -> NightlyConfig {
        let shipped = try ShippedData.locate()
        return try NightlyConfigReader(
            file: directory.appending(path: "n.yaml"), recipes: RecipeStore(shipped: shipped),
            catalog: ScenarioCatalog.load(directory: shipped.scenarios)
        ).read(text)
    }

    /// One night, a day after the one before unless it is the same that goes on.
    func night(
        _ config: NightlyConfig, _ tester: FakeTester, search: (any CulpritSearch)? = nil,
        instruments: [URL] = [], isSameNight: Bool = false
    ) async throws -> NightStanding {
        let number = nights.withLock { number in
            number += isSameNight ? 0 : 1
            return number
        }
        return try await NightShift(
            config: config, place: place, tester: tester, search: search, instruments: instruments,
            now: { Date(timeIntervalSince1970: 1_795_000_000 + 86_400 * Double(number)) }, say: { _ in }
        ).run()
    }

    /// Each branch with its state and the verdicts that are not simply fine, for comparing.
    static func summary(_ standing: NightStanding) -> [String] {
        standing.runs.map { run in
            let verdicts = run.results.filter { $0.verdict != .passed }
                .map { "\($0.id ?? $0.scenario) \($0.verdict.rawValue)" }
            return ([run.branch, run.state.rawValue] + verdicts).joined(separator: " ")
        }
    }
}
