// SPDX-License-Identifier: Apache-2.0

package import Bisection
package import Foundation
package import History
import Installation
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// One night from its lock to its report.
package struct NightShift: Sendable {
    /// Another night goes on in the same directory; exit code 69.
    package struct Busy: Error, Sendable, CustomStringConvertible {
        package let directory: String

        package init(directory: String) {
            self.directory = directory
        }

        package var description: String {
            "another night goes on in \(directory); this one did nothing, and the other is not disturbed"
        }
    }

    private let config: NightlyConfig
    private let place: NightPlace
    private let tester: any KernelTester
    private let search: (any CulpritSearch)?
    /// Files whose bytes decide what comes out, beside the kernel and the scenarios.
    private let instruments: [URL]
    private let now: @Sendable () -> Date
    private let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - config: What to test.
    ///   - place: Where everything lies.
    ///   - tester: Builds, boots and runs.
    ///   - search: Finds culprits; nil searches nothing, and the report says so.
    ///   - instruments: The agent and the rules; a change of one makes every kernel worth testing again.
    ///   - now: The time.
    ///   - say: Gets what is worth a line on the terminal, from any thread.
    package init(
        config: NightlyConfig, place: NightPlace, tester: any KernelTester, search: (any CulpritSearch)?,
        instruments: [URL], now: @escaping @Sendable () -> Date = { Date() },
        say: @escaping @Sendable (String) -> Void
    ) {
        self.config = config
        self.place = place
        self.tester = tester
        self.search = search
        self.instruments = instruments
        self.now = now
        self.say = say
    }

    /// Works through the night.
    ///
    /// A night that was killed goes on with the branches it had not ended. Nothing that happens to one branch keeps
    /// another from its turn.
    ///
    /// - Returns: What it came to; the report is written.
    /// - Throws: `Busy`, `HistoryError` when there is no place for a history, `HostError`, `CancellationError`.
    package func run() async throws -> NightStanding {
        guard let lock = try SlotLock.attempt(place.lock) else { throw Busy(directory: place.root.path) }
        defer { withExtendedLifetime(lock) {} }
        let (store, setAside) = try HistoryStore.openOrCreate(place.history, now: now())
        var troubles: [String] = []
        if let (file, reason) = setAside {
            troubles.append(
                "the history was damaged (\(reason)); it was put aside as \(file.path), and a new one begins")
        }
        let (night, ended) = try resumeOrBegin(store)
        // Before the work, so that it has the room; what tonight may carry over stays.
        let last = config.branches.compactMap { branch in
            try? store.lastRun(of: branch.name, before: night)?.run
        }
        troubles += retain(ended + last, of: night, store)
        let todo = config.branches.filter { branch in !ended.contains { $0.branch == branch.name } }
        let deadline = ContinuousClock.now + .seconds(60 * config.search.minutes)
        let results = try await work(todo, night: night, store: store, deadline: deadline)
        troubles += results.compactMap(\.trouble)
        let all = ended + results.map(\.run)
        let runs = config.branches.compactMap { branch in all.first { $0.branch == branch.name } }

        do { try await GitMirror(directory: place.mirror).tidy() } catch {
            try Task.checkCancellation()
            troubles.append("\(error)")
        }
        troubles += retain(runs, of: night, store)
        let standing = NightStanding(night: night, runs: runs, troubles: troubles)
        troubles += site(store).write(standing, disk: Retention.use(of: place))
        do { try store.finish(night, ended: now()) } catch { troubles.append("\(error)") }
        return NightStanding(night: night, runs: runs, troubles: troubles)
    }

    /// Keeps within the bounds; says what could not be removed.
    private func retain(_ runs: [BranchRun], of night: Night, _ store: HistoryStore) -> [String] {
        do {
            try Retention(config.retention, place: place).apply(sparing: runs, of: night, store: store)
            return []
        } catch {
            return ["what is no longer kept could not be removed: \(error)"]
        }
    }

    private func site(_ store: HistoryStore) -> NightlySite {
        let sources = config.branches.map { branch in
            (branch.name, NightKCIDB.Source(url: branch.remote.url, ref: branch.ref))
        }
        return NightlySite(
            root: place.root, store: store, sources: Dictionary(sources) { first, _ in first },
            origin: config.origin)
    }

    private func resumeOrBegin(_ store: HistoryStore) throws -> (Night, ended: [BranchRun]) {
        let digest = ContentDigest(Data(config.text.utf8)).description
        let last = try store.nights(last: 1).first
        if let last, last.ended == nil {
            if last.config == digest, now().timeIntervalSince(last.started) < 86_400 {
                let ended = try store.runs(of: last).filter { $0.state != .infrastructure }
                say("goes on with the night \(last.name), which was killed after \(ended.count) branches")
                return (last, ended)
            }
            try store.finish(last, ended: now())
        }
        return (try store.begin(started: now(), config: digest), [])
    }

    /// Works through branches, as many at once as there are hosts.
    private func work(
        _ branches: [NightlyConfig.Branch], night: Night, store: HistoryStore,
        deadline: ContinuousClock.Instant
    ) async throws -> [(run: BranchRun, trouble: String?)] {
        let load = HostLoad(config.hosts)
        return try await withThrowingTaskGroup(of: (BranchRun, String?).self) { group in
            var waiting = branches.makeIterator()
            func start() {
                guard let branch = waiting.next() else { return }
                group.addTask {
                    try await load.withHost { host in
                        guard let host else {
                            throw HostError(tried: "find a host", seen: "none is configured")
                        }
                        return try await work(
                            branch, on: host, load, night: night, store: store, deadline: deadline)
                    }
                }
            }
            for _ in config.hosts { start() }
            var results: [(BranchRun, String?)] = []
            while let result = try await group.next() {
                results.append(result)
                start()
            }
            return results
        }
    }

    private func work(
        _ branch: NightlyConfig.Branch, on host: String, _ load: HostLoad, night: Night, store: HistoryStore,
        deadline: ContinuousClock.Instant
    ) async throws -> (run: BranchRun, trouble: String?) {
        let trial = BranchTrial(
            branch: branch, config: config, place: place, night: night, store: store,
            tester: HostRelay(tester: tester, load: load, say: say),
            search: CulpritHunt(
                search: search, budget: config.search, store: store, host: host, deadline: deadline),
            selection: selection(of: branch), host: host, now: now, say: say)
        say("\(branch.name): \(branch.remote.url) \(branch.ref)")
        let run = try await trial.run()
        say(NightText.line(run))
        do {
            try store.record(run, in: night)
            return (run, nil)
        } catch {
            return (run, "the result of \(branch.name) is not in the history: \(error)")
        }
    }

    /// A digest of what is run on the kernel: scenarios, image, agent and rules, by content.
    private func selection(of branch: NightlyConfig.Branch) -> String {
        var data = Data("\(branch.image)\n".utf8)
        for file in branch.scenarios.map({ URL(fileURLWithPath: $0.file) }) + instruments {
            data.append(Data("\(file.lastPathComponent)\n".utf8))
            data.append((try? Data(contentsOf: file)) ?? Data("unreadable".utf8))
        }
        return ContentDigest(data).description
    }
}
