// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A bare repository of ours that takes branches from other repositories, with their history.
package struct GitMirror: Sendable {
    /// The repository; made with the first fetch.
    package let directory: URL

    package init(directory: URL) {
        self.directory = directory
    }

    /// The tip of a branch.
    package struct Tip: Sendable, Hashable {
        /// The full hash.
        package let commit: String
        /// The first line of its message; anybody may have written it.
        package let subject: String
    }

    /// Why a branch could not be had.
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The remote answers and does not have the branch.
        case vanished(ref: String, url: String)
        case timedOut(url: String, seconds: Int)
        case refused(url: String, complaint: String)

        package var description: String {
            switch self {
            case .vanished(let ref, let url): "\(url) has no branch '\(ref)' (any more)"
            case .timedOut(let url, let seconds): "\(url) did not deliver within \(seconds) s"
            case .refused(let url, let complaint):
                "nothing could be fetched from \(url); git said:\n\(complaint)"
            }
        }
    }

    /// Brings a branch up to date.
    ///
    /// - Parameters:
    ///   - ref: A branch, or a full name that begins with `refs/`.
    ///   - url: As git takes it.
    ///   - name: Under what name it is kept here, below `refs/kcovlab/`; a forced update is taken.
    ///   - limit: Seconds until git and everything it started is ended.
    /// - Returns: Its tip.
    /// - Throws: `Failure`, `BuildHostError`, `CancellationError`.
    package func fetch(_ ref: String, from url: String, as name: String, limit: Int) async throws -> Tip {
        try await prepare()
        let full = ref.hasPrefix("refs/") ? ref : "refs/heads/\(ref)"
        let start = ContinuousClock.now
        var command = Command(
            // Its own process group, which timeout(1) ends as a whole; it ends when timeout itself is killed.
            "timeout",
            [
                "--kill-after=10", "\(limit)", "setpriv", "--pdeathsig", "TERM", "git",
                "--git-dir=\(directory.path)", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "fetch",
                "-q",
                "--no-tags", "--force", "--no-write-fetch-head", "--", url, "\(full):refs/kcovlab/\(name)",
            ])
        command.environment = Self.environment
        let outcome = try await command.outcome()
        guard outcome.succeeded else {
            if outcome.diskWasFull { throw BuildHostError.diskFull(at: directory, during: "fetch \(url)") }
            if outcome.errors.contains("couldn't find remote ref") {
                throw Failure.vanished(ref: ref, url: url)
            }
            if start.duration(to: .now) >= .seconds(limit) {
                throw Failure.timedOut(url: url, seconds: limit)
            }
            throw Failure.refused(url: url, complaint: outcome.complaint)
        }
        let log = try await git(["log", "-1", "--format=%H%n%s", "refs/kcovlab/\(name)", "--"])
            .output(to: "read the tip of \(ref)")
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        guard let commit = lines.first, commit.count >= 40, commit.allSatisfy(\.isHexDigit) else {
            throw BuildHostError("git did not name the tip of '\(ref)' in \(directory.path)")
        }
        return Tip(commit: String(commit), subject: lines.count > 1 ? String(lines[1]) : "")
    }

    /// A file as a commit has it.
    ///
    /// - Parameters:
    ///   - path: Relative to the top of the tree.
    ///   - commit: The full hash.
    /// - Returns: Its text; nil where the commit has no such file, as for one that the build made.
    /// - Throws: `BuildHostError`, `CancellationError`.
    package func contents(of path: String, at commit: String) async throws -> String? {
        let outcome = try await git(["cat-file", "blob", "\(commit):\(path)"]).outcome()
        return outcome.succeeded ? outcome.output : nil
    }

    /// Packs what many fetches left, if there is much of it.
    package func tidy() async throws {
        guard FileManager.default.fileExists(atPath: directory.path) else { return }
        try await git(["-c", "gc.autoDetach=false", "gc", "-q", "--auto"]).output(
            to: "tidy \(directory.path)")
    }

    private func prepare() async throws {
        let head = directory.appending(path: "HEAD").path
        if FileManager.default.fileExists(atPath: head) { return }
        // Branches are fetched at the same time, and two of git's beginnings get in each other's way.
        let lock = try await FileLock.acquire(directory.appendingPathExtension("lock"), .exclusive)
        defer { lock.release() }
        if FileManager.default.fileExists(atPath: head) { return }
        try await git(["init", "-q", "--bare", "--template="]).output(to: "make \(directory.path)")
    }

    private func git(_ arguments: [String]) -> Command {
        var command = Command("git", ["--git-dir=\(directory.path)"] + arguments)
        command.environment = Self.environment
        return command
    }

    /// Never asks a person, and gives up on a line that went silent.
    private static let environment = [
        "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true",
        "GIT_HTTP_LOW_SPEED_LIMIT": "1000", "GIT_HTTP_LOW_SPEED_TIME": "60",
    ]
}
