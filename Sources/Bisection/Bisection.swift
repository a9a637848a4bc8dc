// SPDX-License-Identifier: Apache-2.0

import Diagnostics
package import Foundation
package import Installation
package import KernelBuild
import Lab
import Reports

/// A search for the commit that broke scenarios, from both ends to the culprit.
package struct Bisection: Sendable {
    /// How far a search may go.
    package struct Budget: Sendable {
        /// Kernels that are judged; nil for as many as it takes.
        package var kernels: Int?
        package var deadline: ContinuousClock.Instant?

        package init(kernels: Int? = nil, deadline: ContinuousClock.Instant? = nil) {
            self.kernels = kernels
            self.deadline = deadline
        }
    }

    /// What a search came to.
    package struct Answer: Sendable {
        package enum Kind: Sendable {
            case culprit(GitBisection.Commit)
            /// Only commits that cannot be judged are left.
            case undecided([GitBisection.Commit])
            /// The budget was used up; how many commits could still be the first bad one.
            case unfinished(candidates: Int)
        }

        package let kind: Kind
        package let good: GitBisection.Commit
        package let bad: GitBisection.Commit
        /// By full hash.
        package let verdicts: [String: CommitVerdict]
    }

    private let git: GitBisection
    private let kernel: KernelChoice
    private let judge: CommitJudge
    private let store: VerdictStore
    private let budget: Budget
    private let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - git: The two ends and what lies between.
    ///   - kernel: The kernel without its commit: image, tree and patches.
    ///   - judge: Says what a commit is.
    ///   - question: Everything else that decides a verdict: the bytes of scenarios, patches and rules.
    ///   - settings: Where the cache is.
    ///   - budget: How far it may go.
    ///   - say: Gets a line for each step.
    package init(
        git: GitBisection, kernel: KernelChoice, judge: CommitJudge, question: Data, settings: Settings,
        budget: Budget = Budget(), say: @escaping @Sendable (String) -> Void
    ) {
        self.git = git
        self.kernel = kernel
        self.judge = judge
        self.budget = budget
        self.say = say
        let ends = Data("\(kernel.tree?.path ?? "") \(kernel.image) \(git.good.hash) \(git.bad.hash)\n".utf8)
        store = VerdictStore(
            directory: settings.cache.appending(path: "bisections"), question: ends + question)
    }

    /// Whether a directory has run directories of this very search, which goes on there.
    package func began(in directory: URL) -> Bool {
        store.load().directories.contains(directory.standardizedFileURL.path)
    }

    /// Searches.
    ///
    /// Both ends are judged first: a search between ends that are not what they are called finds nothing that means
    /// anything. Each verdict is kept, so the same search continues where it was interrupted.
    ///
    /// - Parameter directory: Where each commit gets a run directory.
    /// - Returns: The answer; nothing of the search is left then but its run directories.
    /// - Throws: `InputError` when an end is not what it is called or cannot be tested, and then nothing is left that could
    ///   go on; what judging throws.
    package func run(in directory: URL) async throws -> Answer {
        defer { git.remove() }
        try FileManager.default.createDirectory(
            at: store.lock.deletingLastPathComponent(), withIntermediateDirectories: true)
        guard let lock = try SlotLock.attempt(store.lock) else {
            throw HostError(
                tried: "search", seen: "another kcovlab searches the same commits for the same scenarios")
        }
        defer { withExtendedLifetime(lock) {} }
        do {
            return try await search(in: directory)
        } catch let error as InputError {
            store.remove()
            throw error
        }
    }

    private func search(in directory: URL) async throws -> Answer {
        var progress = store.load()
        if !progress.verdicts.isEmpty {
            say("goes on with \(progress.verdicts.count) verdicts of a search that was interrupted")
        }
        if !began(in: directory) {
            progress.directories.append(directory.standardizedFileURL.path)
            try store.save(progress)
        }
        let known = progress.verdicts.count
        for (commit, wanted) in [(git.bad, GitBisection.Mark.bad), (git.good, .good)] {
            let found = try await verdict(
                on: commit, "the \(wanted.rawValue) end", in: directory, &progress)
            guard found.mark == wanted else { throw Self.refusal(of: commit, called: wanted, found) }
        }
        while true {
            let position = try await git.position(after: progress.verdicts.mapValues(\.mark))
            switch position {
            case .found(let commit): return conclude(.culprit(commit), progress.verdicts)
            case .undecided(let commits): return conclude(.undecided(commits), progress.verdicts)
            case .test(let commit, let candidates, let steps):
                if isUsedUp(progress.verdicts.count - known) {
                    return Answer(
                        kind: .unfinished(candidates: candidates), good: git.good, bad: git.bad,
                        verdicts: progress.verdicts)
                }
                // git does not count the step it asks for.
                let noun = steps == 0 ? "step" : "steps"
                let place = "\(candidates) candidates, about \(steps + 1) \(noun)"
                _ = try await verdict(on: commit, place, in: directory, &progress)
            }
        }
    }

    /// What a commit is: as it is known, else by judging it.
    private func verdict(
        on commit: GitBisection.Commit, _ place: String, in directory: URL,
        _ progress: inout VerdictStore.Progress
    ) async throws -> CommitVerdict {
        if let known = progress.verdicts[commit.hash] { return known }
        say("\(place): \(commit.short) \(commit.subject)")
        var choice = kernel
        choice.ref = String(commit.hash.prefix(16))
        let path = directory.appending(path: commit.short)
        // Left by a search that was interrupted here.
        try? FileManager.default.removeItem(at: path)
        let verdict: CommitVerdict
        do {
            verdict = try await judge.judge(choice, in: try RunDirectory.use(path))
        } catch let error as InputError where commit != git.good && commit != git.bad {
            // Such as a patch that applies to both ends and not here.
            verdict = CommitVerdict(.skip, reason: error.description, evidence: nil)
        }
        progress.verdicts[commit.hash] = verdict
        try store.save(progress)
        say("\(verdict.mark.rawValue): \(commit.short), \(verdict.reason)")
        return verdict
    }

    private func isUsedUp(_ judged: Int) -> Bool {
        judged >= budget.kernels ?? .max || ContinuousClock.now >= budget.deadline ?? .now + .seconds(1)
    }

    private static func refusal(
        of commit: GitBisection.Commit, called name: GitBisection.Mark, _ found: CommitVerdict
    ) -> InputError {
        let what =
            switch found.mark {
            case .good: "is good"
            case .bad: "is bad"
            case .skip: "cannot be judged"
            }
        return InputError(
            "the \(name.rawValue) commit \(commit.short) \(what): \(found.reason)",
            at: SourceLocation(file: "--\(name.rawValue)", line: 1, column: 1),
            suggestion: name == .good
                ? "name an older commit where the scenarios pass"
                : "name a commit where a scenario fails, or add --repeat for one that fails seldom")
    }

    private func conclude(_ kind: Answer.Kind, _ verdicts: [String: CommitVerdict]) -> Answer {
        store.remove()
        return Answer(kind: kind, good: git.good, bad: git.bad, verdicts: verdicts)
    }
}
