// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// A kernel in a git repository.
struct GitSource: Sendable {
    let url: String
    let ref: String
    let location: SourceLocation
    let cache: KernelCache

    /// A commit and the tree it stands for; the tree is the identity.
    struct Resolution: Codable, Hashable, Sendable {
        let commit: String
        let tree: String
    }

    /// What is known without asking the repository: a full commit hash that was fetched before.
    func known() async throws -> [Resolution] {
        guard ref.count == 40, ref.allSatisfy(\.isHexDigit), let repository = try await existing() else {
            return []
        }
        return try await resolution(of: ref, in: repository).map { [$0] } ?? []
    }

    /// Fetches the ref into the bare repository of the cache.
    ///
    /// - Returns: What it stands for, and a remark when the repository did not answer and an older answer is used.
    /// - Throws: `InputError` when there is no such ref, `BuildHostError`.
    func fetch() async throws -> (Resolution, remark: String?) {
        let repository = try await prepare()
        let file = cache.root.appending(path: "locks/git-\(repository.lastPathComponent).lock")
        return try await FileLock.holding(file, .exclusive) {
            let note = repository.appending(path: "kcovlab-\(try await Self.digest(ref)).json")
            let outcome = try await git(
                ["fetch", "-q", "--depth", "1", "--no-tags", "--", url, ref], in: repository)
            if outcome.succeeded, let result = try await resolution(of: "FETCH_HEAD", in: repository) {
                // Without a name of its own the commit would be collected as garbage some day.
                _ = try await git(
                    ["update-ref", "refs/kcovlab/\(result.commit)", result.commit], in: repository)
                try JSONEncoder().encode(result).write(to: note, options: .atomic)
                return (result, nil)
            }
            if outcome.diskWasFull {
                throw BuildHostError.diskFull(at: cache.root, during: "fetch \(url)")
            }
            if outcome.errors.contains("couldn't find remote ref") || outcome.errors.contains("not our ref") {
                throw InputError("the repository \(url) has no ref '\(ref)'", at: location)
            }
            if let data = try? Data(contentsOf: note),
                let last = try? JSONDecoder().decode(Resolution.self, from: data)
            {
                let remark =
                    "\(url) did not answer; '\(ref)' is taken to be \(last.commit) as it was last time"
                return (last, remark)
            }
            throw BuildHostError("'\(ref)' could not be fetched from \(url); git said:\n\(outcome.complaint)")
        }
    }

    /// Writes the files of a commit into a directory.
    func unpack(_ resolution: Resolution, into root: URL) async throws {
        guard let repository = try await existing() else {
            throw BuildHostError("the repository of \(url) vanished from the cache")
        }
        try await Command.script(
            """
            mkdir -p "$3"
            git --git-dir="$1" -c tar.umask=0022 archive --format=tar "$2" | tar -x --no-same-owner -C "$3"
            """, [repository.path, resolution.commit, root.path], in: root.deletingLastPathComponent()
        ).output(to: "unpack \(ref) of \(url)")
    }

    private func existing() async throws -> URL? {
        let repository = cache.repositories.appending(path: "\(try await Self.digest(url)).git")
        return FileManager.default.fileExists(atPath: repository.path) ? repository : nil
    }

    private func prepare() async throws -> URL {
        if let repository = try await existing() { return repository }
        let name = try await Self.digest(url)
        let repository = cache.repositories.appending(path: "\(name).git")
        let lock = cache.root.appending(path: "locks/git-init-\(name).lock")
        try await FileLock.holding(lock, .exclusive) {
            let partial = cache.repositories.appending(path: ".\(name).partial")
            try await cache.remove(partial)
            try await Command("git", ["init", "-q", "--bare", "--", partial.path]).output(
                to: "make a repository")
            if !FileManager.default.fileExists(atPath: repository.path) {
                try FileManager.default.moveItem(at: partial, to: repository)
            }
        }
        return repository
    }

    private func resolution(of name: String, in repository: URL) async throws -> Resolution? {
        let outcome = try await git(["log", "-1", "--format=%H %T", name, "--"], in: repository)
        let fields = outcome.output.split(whereSeparator: \.isWhitespace)
        guard outcome.succeeded, fields.count == 2 else { return nil }
        return Resolution(commit: String(fields[0]), tree: String(fields[1]))
    }

    private func git(_ arguments: [String], in repository: URL) async throws -> Command.Outcome {
        var command = Command("git", ["--git-dir=\(repository.path)"] + arguments)
        // Never ask a person for a password, nor run what the user's configuration names.
        command.environment = ["GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true"]
        return try await command.outcome()
    }

    private static func digest(_ text: String) async throws -> String {
        let output = try await Command("sha256sum", [], input: Data(text.utf8)).output(to: "name an entry")
        return String(output.prefix(16))
    }
}
