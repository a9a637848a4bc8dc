// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Subprocess
import Testing

/// A bare git repository with the kernel tree that debian-6.12 is built from.
struct KernelRemote: Sendable {
    struct Failure: Error {
        let said: String
    }

    let directory: URL

    /// Commits the unpacked source of the cache; quick rather than small.
    static func make(at directory: URL) async throws -> Self {
        // Its kernels differ from that one in a file: they are built from what it left.
        _ = try await Laboratory.session()
        let tree = try await sourceTree()
        let remote = Self(directory: directory)
        try await remote.git("init", "-q", "--bare", "-b", "base")
        for (key, value) in [("core.looseCompression", "0"), ("pack.compression", "0"), ("pack.window", "0")]
        {
            try await remote.git("config", key, value)
        }
        try await remote.git("--work-tree=\(tree.path)", "add", "-A", "-f")
        let names = try await remote.git("write-tree")
        let commit = try await remote.git("commit-tree", "-m", "linux", names)
        try await remote.git("update-ref", "refs/heads/base", commit)
        return remote
    }

    /// kernel/kcov.c of a commit.
    func kcov(of commit: String = "base") async throws -> String {
        try await text(of: Self.kcov, at: commit)
    }

    /// A file of a commit.
    func text(of path: String, at commit: String = "base") async throws -> String {
        try await git("show", "\(commit):\(path)") + "\n"
    }

    private static let kcov = "kernel/kcov.c"

    /// Puts a branch one commit after another one, which differs from it by a patch, or by what it does to some files.
    func commit(
        applying patch: URL, to branch: String, after parent: String = "base", onlyIn files: [String] = [],
        saying message: String
    ) async throws {
        try await git("read-tree", parent)
        try await git(["apply", "--cached"] + files.map { "--include=\($0)" } + [patch.path])
        try await commitIndex(to: branch, after: parent, saying: message)
    }

    /// Checks a branch out, in a clone that borrows the objects.
    func clone(to directory: URL, at branch: String) async throws -> KernelClone {
        try await Self.run(
            "git", ["clone", "-q", "--shared", "-b", branch, self.directory.path, directory.path])
        return KernelClone(directory: directory)
    }

    /// Puts a branch one commit after another one, which differs from it in one file.
    func commit(
        _ text: String, to branch: String, after parent: String = "base", in path: String = Self.kcov,
        saying message: String
    ) async throws {
        let file = directory.appending(path: "changed")
        try Data(text.utf8).write(to: file)
        let blob = try await git("hash-object", "-w", "--no-filters", file.path)
        try await git("read-tree", parent)
        try await git("update-index", "--cacheinfo", "100644,\(blob),\(path)")
        try await commitIndex(to: branch, after: parent, saying: message)
    }

    /// Commits as mails, oldest first.
    ///
    /// - Parameters:
    ///   - range: As `git log` takes it.
    ///   - options: Of `git format-patch`.
    /// - Returns: An mbox.
    /// - Throws: `Failure` with what git said.
    func mails(_ range: String, _ options: String...) async throws -> String {
        try await Self.run(
            "git",
            ["--git-dir=\(directory.path)", "format-patch", "--stdout", "--thread"] + options + [range])
            + "\n\n"
    }

    private func commitIndex(to branch: String, after parent: String, saying message: String) async throws {
        let tree = try await git("write-tree")
        let commit = try await git("commit-tree", "-p", parent, "-m", message, tree)
        try await git("update-ref", "refs/heads/\(branch)", commit)
    }

    @discardableResult
    private func git(_ arguments: String...) async throws -> String { try await git(arguments) }

    @discardableResult
    private func git(_ arguments: [String]) async throws -> String {
        try await Self.run(
            "git",
            ["--git-dir=\(directory.path)", "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
                + arguments)
    }

    @discardableResult
    static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .name("env"), arguments: Arguments([program] + arguments),
            output: .string(limit: 8 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            throw Failure(said: result.standardOutput.suffix(4000) + result.standardError)
        }
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }

    /// The unpacked source of debian-6.12; unpacked for a build where it is no longer there.
    private static func sourceTree() async throws -> URL {
        if let tree = try unpacked() { return tree }
        let shipped = try ShippedData.locate()
        let patch = shipped.mutants.appending(path: "area-size-ignored.patch")
        for more in [[], ["--patch", patch.path]] {
            try await run(shipped.command.path, ["build", "--image", "debian-6.12"] + more)
            if let tree = try unpacked() { return tree }
        }
        throw Failure(said: "a build of debian-6.12 left no source in \(Settings.current.cache.path)")
    }

    private static func unpacked() throws -> URL? {
        let sources = Settings.current.cache.appending(path: "sources")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sources.path)) ?? []
        // A patched tree has the digest of its patches as one more part.
        let plain = names.sorted().first { name in
            name.hasPrefix("linux-source-6.12-")
                && name.dropFirst("linux-source-6.12-".count).allSatisfy(\.isHexDigit)
        }
        return plain.map { sources.appending(path: "\($0)/tree") }
    }
}
