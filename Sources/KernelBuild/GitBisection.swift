// SPDX-License-Identifier: Apache-2.0

import Diagnostics
package import Foundation
import Glibc
package import Installation

/// `git bisect` between two commits of somebody's tree, in a repository of ours.
///
/// The tree is only read: a bare repository of the cache borrows its objects and keeps what git writes about a search.
/// Nothing has to survive a call but the verdicts, from which every call drives git anew; so each process has a repository
/// of its own, and what was left by one that was killed goes with the next search.
package struct GitBisection: Sendable {
    /// A commit as a reader knows it; anybody may have written the texts.
    package struct Commit: Sendable, Hashable {
        /// The full hash.
        package let hash: String
        package let subject: String
        package let author: String
        /// ISO 8601.
        package let date: String

        package var short: String { String(hash.prefix(12)) }
    }

    /// What is known about a commit, as git calls it.
    package enum Mark: String, Sendable, Codable {
        case good
        case bad
        /// It can tell nothing.
        case skip
    }

    /// How far the search has come.
    package enum Position: Sendable, Hashable {
        /// A commit to judge next; how many could still be the first bad one, and about how many judgements that takes.
        case test(Commit, candidates: Int, steps: Int)
        case found(Commit)
        /// All that could be the first bad one, when only skipped ones are left.
        case undecided([Commit])
    }

    package let good: Commit
    package let bad: Commit
    /// How many commits could be the first bad one at the beginning.
    package var candidates: Int { newestFirst.count }

    /// What lies between the ends, every commit before its parents.
    private let newestFirst: [String]
    private let repository: URL
    private let objects: String

    /// Looks both ends up.
    ///
    /// - Parameters:
    ///   - tree: A git repository with a kernel.
    ///   - good: A commit, branch or tag where all was well; an ancestor of the other.
    ///   - bad: One where it is not.
    ///   - acceptsRewriting: Whether the search of a branch that was rebased begins where its histories part.
    ///   - settings: Where the cache is.
    /// - Throws: `InputError` when the tree has no such commits or the one is no ancestor of the other,
    ///   `BuildHostError`, `CancellationError`.
    package init(
        tree: URL, good: String, bad: String, acceptsRewriting: Bool = false, settings: Settings
    ) async throws {
        let cache = KernelCache(root: settings.cache, limit: settings.cacheLimit)
        func lookUp(_ ref: String, _ option: String) async throws -> (commit: String, objects: String) {
            try await LocalTree(
                directory: tree, ref: ref, location: Self.location(option), cache: cache
            ).lookUp()
        }
        let first = try await lookUp(good, "--good")
        let last = try await lookUp(bad, "--bad")
        objects = first.objects
        let name = Data("\(tree.standardizedFileURL.path) \(first.commit) \(last.commit)".utf8)
        let key = try await Command("sha256sum", [], input: name).output(to: "name a search").prefix(16)
        repository = cache.repositories.appending(path: "bisect-\(key)-\(getpid()).git")
        Self.removeAbandoned(in: cache.repositories)
        let git = Git(repository: repository, objects: objects)
        do {
            try FileManager.default.createDirectory(
                at: cache.repositories, withIntermediateDirectories: true)
            try await git.run(["init", "-q", "--bare", "--template="]).output(to: "make \(repository.path)")
            let range = try await Self.range(
                from: git.commit(first.commit), to: git.commit(last.commit),
                called: (good, bad), acceptsRewriting: acceptsRewriting, git)
            (self.good, self.bad, newestFirst) = (range.good, range.bad, range.newestFirst)
        } catch {
            Self.remove(repository)
            throw error
        }
    }

    /// What lies between two commits, if anything can.
    private static func range(
        from begin: Commit, to end: Commit, called names: (good: String, bad: String),
        acceptsRewriting: Bool, _ git: Git
    ) async throws -> (good: Commit, bad: Commit, newestFirst: [String]) {
        // A search wants to know where it was begun.
        try await git.run(["update-ref", "--no-deref", "HEAD", end.hash]).output(to: "begin a search")
        guard begin.hash != end.hash else {
            throw InputError(
                "'\(names.good)' and '\(names.bad)' are one commit, \(begin.short), so nothing lies between them",
                at: location("--bad"))
        }
        let base = try await git.run(["merge-base", begin.hash, end.hash]).outcome().output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        var good = begin
        if acceptsRewriting, base != begin.hash, !base.isEmpty, base != end.hash {
            good = try await git.commit(base)
        } else if base != begin.hash {
            throw InputError(
                "the good commit '\(names.good)' is no ancestor of the bad commit '\(names.bad)'",
                at: location("--good"),
                suggestion: base.isEmpty
                    ? "name two commits of one history"
                    : "begin where their histories part: --good \(base.prefix(12))")
        }
        let newestFirst = try await git.run(["rev-list", "--topo-order", "\(good.hash)..\(end.hash)"])
            .output(to: "list the commits of a search").split(separator: "\n").map(String.init)
        return (good, end, newestFirst)
    }

    /// Removes the repositories of searches whose process is gone.
    private static func removeAbandoned(in directory: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        for name in names where name.hasPrefix("bisect-") {
            let words = name.dropLast(".git".count).split(separator: "-")
            if words.count == 3, let process = pid_t(words[2]), kill(process, 0) == 0 || errno == EPERM {
                continue
            }
            try? FileManager.default.removeItem(at: directory.appending(path: name))
        }
    }

    /// Says what to judge next.
    ///
    /// - Parameter verdicts: What is known, by full hash; the ends need not be named.
    /// - Returns: The next commit, or the answer.
    /// - Throws: `BuildHostError`, `CancellationError`.
    package func position(after verdicts: [String: Mark]) async throws -> Position {
        let git = Git(repository: repository, objects: objects)
        // To git the bad commit it hears of last is the bad end, so the oldest comes last.
        let known = newestFirst.dropFirst().compactMap { hash in
            verdicts[hash].map { "\($0.rawValue) \(hash)\n" }
        }
        var replay = Command.script(
            """
            git bisect reset > /dev/null 2>&1 || true
            git bisect start --no-checkout "$1" "$2"
            while read -r mark hash; do git bisect "$mark" "$hash" || exit; done
            """, [bad.hash, good.hash])
        replay.environment = git.environment
        replay.input = Data(known.joined().utf8)
        let outcome = try await replay.outcome()
        // Ends with 2 when only skipped commits are left.
        let isUndecided = outcome.output.contains("only 'skip'ped commits left")
        guard outcome.succeeded || isUndecided else {
            if outcome.diskWasFull { throw BuildHostError.diskFull(at: repository, during: "bisect") }
            throw BuildHostError("git bisect failed:\n\(outcome.complaint)")
        }
        let left = try await git.run(
            ["rev-list", "--bisect-vars", "refs/bisect/bad", "--not", "--glob=refs/bisect/good-*"]
        ).output(to: "count what is left")
        let values = Dictionary(
            left.split(separator: "\n").compactMap { line -> (String, Int)? in
                let fields = line.split(separator: "=", maxSplits: 1).map(String.init)
                return fields.count == 2 ? Int(fields[1]).map { (fields[0], $0) } : nil
            }
        ) { $1 }
        let candidates = values["bisect_all"] ?? 0
        if candidates == 1 { return .found(try await git.commit("refs/bisect/bad")) }
        if isUndecided {
            let list = try await git.run(
                ["rev-list", "refs/bisect/bad", "--not", "--glob=refs/bisect/good-*"]
            ).output(to: "list what is left")
            var commits: [Commit] = []
            for hash in list.split(separator: "\n") { commits.append(try await git.commit(String(hash))) }
            return .undecided(commits)
        }
        let next = try await git.commit("BISECT_HEAD")
        guard verdicts[next.hash] == nil else {
            throw BuildHostError(
                "git bisect asks again for \(next.short), which was judged; its verdicts contradict")
        }
        return .test(next, candidates: candidates, steps: values["bisect_steps"] ?? 0)
    }

    /// Removes what git wrote.
    package func remove() { Self.remove(repository) }

    private static func remove(_ repository: URL) {
        try? FileManager.default.removeItem(at: repository)
        // Safety: the string lives for the call, which does nothing where anything else is.
        _ = unsafe rmdir(repository.deletingLastPathComponent().path)
    }

    private static func location(_ option: String) -> SourceLocation {
        SourceLocation(file: option, line: 1, column: 1)
    }

    /// The repository and how to call git for it.
    private struct Git {
        let repository: URL
        let objects: String

        var environment: [String: String] {
            [
                "GIT_DIR": repository.path, "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects,
                "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
            ]
        }

        func run(_ arguments: [String]) -> Command {
            var command = Command("git", arguments)
            command.environment = environment
            return command
        }

        func commit(_ name: String) async throws -> Commit {
            let text = try await run(["log", "-1", "--format=%H%n%s%n%an <%ae>%n%aI", name, "--"])
                .output(to: "read commit \(name)")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count >= 4, lines[0].allSatisfy(\.isHexDigit) else {
                throw BuildHostError("git did not describe the commit \(name)")
            }
            return Commit(hash: lines[0], subject: lines[1], author: lines[2], date: lines[3])
        }
    }
}
