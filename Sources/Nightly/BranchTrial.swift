// SPDX-License-Identifier: Apache-2.0

import Bisection
import Diagnostics
import Foundation
import History
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// One branch in one night: fetched, and tested unless nothing changed.
struct BranchTrial: Sendable {
    let branch: NightlyConfig.Branch
    let config: NightlyConfig
    let place: NightPlace
    let night: Night
    let store: HistoryStore
    let tester: any KernelTester
    let search: CulpritHunt
    /// A digest of everything but the kernel that decides what comes out.
    let selection: String
    let host: String
    let now: @Sendable () -> Date
    let say: @Sendable (String) -> Void

    /// What became of the branch; whatever goes wrong with it is part of the answer.
    ///
    /// - Throws: `CancellationError` alone.
    func run() async throws -> BranchRun {
        let started = now()
        let start = ContinuousClock.now
        var run = BranchRun(
            branch: branch.name, state: .infrastructure, selection: selection, host: host, started: started,
            seconds: 0)
        do {
            try await fill(&run)
        } catch {
            try Task.checkCancellation()
            run.state = .infrastructure
            run.results = []
            run.note = "\(error)"
        }
        run.seconds = start.duration(to: .now) / .seconds(1)
        return run
    }

    private func fill(_ run: inout BranchRun) async throws {
        let tip = try await GitMirror(directory: place.mirror).fetch(
            branch.ref, from: branch.remote.url, as: "\(branch.directory)", limit: config.fetchLimit)
        run.commit = tip.commit
        run.subject = tip.subject
        let kernel = KernelChoice(
            image: branch.image, tree: place.mirror, ref: String(tip.commit.prefix(16)),
            kconfigs: branch.kconfigs)
        let key = try await tester.key(of: kernel)
        if let last = try store.lastRun(of: branch.name, before: night), let key,
            last.run.kernel?.key == key, last.run.selection == selection,
            !last.run.results.contains(where: { $0.verdict == .infrastructure })
        {
            run.state = .carried
            run.carriedFrom = last.night
            run.kernel = last.run.kernel
            run.evidence = last.run.evidence
            run.boot = last.run.boot
            run.results = last.run.results.map { entry in
                var entry = entry
                entry.verdict = entry.verdict.carriedOver
                return entry
            }
            let same = last.run.commit == tip.commit ? "no new commit" : "the kernel is the same"
            run.note = "carried over from \(last.night): \(same)"
            return
        }
        try await test(kernel, key: key, &run)
    }

    private func test(_ kernel: KernelChoice, key: String?, _ run: inout BranchRun) async throws {
        let path = place.evidence(of: branch, in: night)
        let url = place.root.appending(path: path)
        // What a night that was killed left of this branch proves nothing.
        if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
        let directory = try RunDirectory.use(url)
        let judge = RunJudge(previous: try store.judgements(of: branch.name, before: night))
        do {
            let record = try await tester.test(
                kernel, branch.scenarios, on: host, repeats: 1, in: directory)
            run.evidence = path
            run.kernel = record.kernel
            run.accelerator = record.accelerator
            let saved = try SavedRun(reading: url)
            let first = try Self.observation(saved)
            run.boot = saved.boots.min()
            let second = try await repetition(of: judge.needingRepetition(first), kernel, below: url, &run)
            run.state = .tested
            run.results = judge.judge(first, repeated: second)
            try await compare(run, with: url)
            try await showSource(of: run, in: url)
        } catch let failure as KernelBuildFailure {
            try Task.checkCancellation()
            run.state = .notBuilt
            run.evidence = FileManager.default.fileExists(atPath: url.path) ? path : nil
            run.kernel = key.map {
                KernelSummary(image: kernel.name, release: "", key: $0, features: [], remarks: [])
            }
            run.results = judge.unbuilt(reason: failure.errors.first ?? "failed to \(failure.phase)")
            run.note = failure.description
        }
        try await search.explain(&run, of: branch, kernel: kernel, night: night, below: url)
    }

    /// Runs what is news once more, as often as the configuration says.
    private func repetition(
        of names: [String], _ kernel: KernelChoice, below url: URL, _ run: inout BranchRun
    ) async throws -> RunJudge.Observation? {
        let scenarios = branch.scenarios.filter { names.contains($0.name) }
        guard !scenarios.isEmpty else { return nil }
        do {
            let again = url.appending(path: "again")
            _ = try await tester.test(
                kernel, scenarios, on: host, repeats: config.repeats, in: try RunDirectory.use(again))
            return try Self.observation(try SavedRun(reading: again))
        } catch {
            try Task.checkCancellation()
            run.note = "what failed could not be repeated: \(error)"
            return nil
        }
    }

    /// Leaves beside the evidence what changed since each scenario that fails passed for the last time.
    private func compare(_ run: BranchRun, with url: URL) async throws {
        for entry in run.results where entry.verdict.isFailure && !entry.scenario.hasPrefix("(") {
            let good = try store.lastGoodEvidence(entry.scenario, on: branch.name, before: night)
            guard let good else { continue }
            let base = (directory: place.root.appending(path: good.path), name: good.night)
            do {
                let text = try await tester.compare(
                    entry.scenario, from: base, to: (directory: url, name: night.name))
                try AtomicFile.write(text, to: NightlySite.comparison(of: entry, in: url))
            } catch {
                // What differs is welcome, not needed.
                try Task.checkCancellation()
                say("\(branch.name): \(entry.scenario) cannot be compared with \(good.night): \(error)")
            }
        }
    }

    /// Leaves beside the evidence which source lines the run recorded.
    private func showSource(of run: BranchRun, in url: URL) async throws {
        guard let commit = run.commit else { return }
        let mirror = GitMirror(directory: place.mirror)
        do {
            guard let coverage = try await tester.coverage(of: url),
                let site = CoverageSite(root: place.root, run: run, night: night, coverage: coverage)
            else { return }
            try await site.write { file in try await mirror.contents(of: file, at: commit) }
        } catch {
            // As above: the verdicts do not need it.
            try Task.checkCancellation()
            say("\(branch.name): covered lines cannot be shown: \(error)")
        }
    }

    private static func observation(_ saved: SavedRun) throws -> RunJudge.Observation {
        let buffers = try saved.counts().mapValues { counts in
            counts.map {
                ScenarioEntry.Buffer(name: $0.name, mode: $0.mode, total: $0.total, distinct: $0.distinct)
            }
        }
        return RunJudge.Observation(
            record: saved.record, hasBooted: !saved.boots.isEmpty, buffers: buffers)
    }
}
