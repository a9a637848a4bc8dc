// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// A kernel tree on this machine: what lies in a directory, or a commit of its repository.
///
/// Nothing is written there, not even what git itself leaves behind by looking: no refreshed index, no new times of objects,
/// no work tree. What git has to write goes to a bare repository of the cache, which reads the objects of the other one
/// and has none of its configuration, so neither filters nor hooks run.
struct LocalTree: Sendable {
    let directory: URL
    /// A commit, branch or tag; nil for the files as they are, with all that git tracks or would track.
    let ref: String?
    let location: SourceLocation
    let cache: KernelCache

    /// A tree to the byte.
    struct Resolution: Hashable, Sendable {
        /// The git tree.
        let tree: String
        /// The commit that is tested, or that the files are a change of; nil outside a repository.
        let commit: String?
        /// Where the objects of the user's repository are; empty without one.
        let objects: String
        /// The bare repository in the cache.
        let repository: URL
        /// What is tested, for the reader.
        let remark: String
    }

    /// What a repository says about a tree before anything of it is read.
    private struct Probe {
        var values: [String: String] = [:]
        var missing: [String] = []
        var refs: [String] = []

        init(_ output: String) {
            for line in output.split(separator: "\n") {
                let fields = line.split(separator: " ", maxSplits: 1).map(String.init)
                guard fields.count == 2 else { continue }
                switch fields[0] {
                case "missing": missing.append(fields[1])
                case "ref": refs.append(fields[1])
                default: values[fields[0]] = fields[1]
                }
            }
        }

        var kind: String { values["kind"] ?? "none" }
    }

    /// Finds out what the tree is.
    ///
    /// - Throws: `InputError` when it is no kernel tree or cannot be read, `BuildHostError`.
    func resolve() async throws -> Resolution {
        let probe = try await probe()
        let repository = try await repository(format: probe.values["format"] ?? "sha1")
        let objects = probe.values["objects"] ?? ""
        let commit = probe.values["commit"]
        if let ref, let commit, let tree = probe.values["tree"] {
            let name = commit.hasPrefix(ref) ? "" : " (\(ref))"
            return Resolution(
                tree: tree, commit: commit, objects: objects, repository: repository,
                remark: "tests commit \(commit.prefix(12))\(name) of \(directory.path)")
        }
        let name = repository.deletingPathExtension().lastPathComponent
        let lock = cache.root.appending(path: "locks/tree-\(name).lock")
        let output = try await FileLock.holding(lock, .exclusive) {
            let command = Command.script(
                Self.snapshotScript,
                [repository.path, objects, probe.values["tree"] ?? "", probe.kind], in: directory)
            let outcome = try await command.outcome()
            if outcome.succeeded { return outcome.output }
            if outcome.diskWasFull {
                throw BuildHostError.diskFull(at: cache.root, during: "read \(directory.path)")
            }
            throw InputError(
                "the files of \(directory.path) cannot be read: \(outcome.complaint)", at: location)
        }
        let lines = output.split(separator: "\n").map(String.init)
        guard let tree = lines.first, tree.allSatisfy(\.isHexDigit) else {
            throw BuildHostError("git did not name the tree of \(directory.path)")
        }
        return Resolution(
            tree: tree, commit: commit, objects: objects, repository: repository,
            remark: remark(commit: commit, changed: Array(lines.dropFirst())))
    }

    /// The commit a name stands for, if the repository has it and it is a kernel with kcov.
    func commit(_ name: String) async throws -> String? {
        let other = LocalTree(directory: directory, ref: name, location: location, cache: cache)
        do {
            return try await other.probe().values["commit"]
        } catch is InputError {
            return nil
        }
    }

    /// The commit that the ref stands for and where the objects are; nothing is written for it.
    ///
    /// - Throws: `InputError` when there is no such commit of a kernel, `BuildHostError`.
    func lookUp() async throws -> (commit: String, objects: String) {
        let values = try await probe().values
        return (values["commit"] ?? "", values["objects"] ?? "")
    }

    /// Writes the files into a directory.
    func unpack(_ resolution: Resolution, into root: URL) async throws {
        var command = Command.script(
            """
            mkdir -p "$3"
            git --git-dir="$1" -c tar.umask=0022 archive --format=tar "$2" | tar -x --no-same-owner -C "$3"
            """, [resolution.repository.path, resolution.tree, root.path])
        command.environment = Self.environment(reading: resolution)
        try await command.output(to: "unpack \(directory.path)")
    }

    /// Reads some files.
    ///
    /// - Returns: The contents of those that are there and are files.
    /// - Throws: `BuildHostError`.
    func contents(of paths: [String], in resolution: Resolution) async throws -> [String: Data] {
        // A path with a line feed would be two questions; no patch may name one.
        let paths = paths.filter { !$0.contains("\n") }
        guard !paths.isEmpty else { return [:] }
        var command = Command.script(
            "git --git-dir=\"$1\" cat-file --batch | base64 -w 0", [resolution.repository.path])
        command.environment = Self.environment(reading: resolution)
        command.input = Data(paths.map { "\(resolution.tree):\($0)\n" }.joined().utf8)
        let output = try await command.output(to: "read files of \(directory.path)")
        guard var rest = Data(base64Encoded: output)?[...] else {
            throw BuildHostError("git did not answer as expected when it read files of \(directory.path)")
        }
        var result: [String: Data] = [:]
        for path in paths {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
            let header = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[rest.index(after: end)...]
            let fields = header.split(separator: " ")
            guard !header.hasSuffix(" missing"), fields.count == 3, let size = Int(fields[2]) else {
                continue
            }
            if fields[1] == "blob" { result[path] = Data(rest.prefix(size)) }
            rest = rest.dropFirst(size + 1)
        }
        return result
    }

    // MARK: Looking

    private func probe() async throws -> Probe {
        let target = directory.resolvingSymlinksInPath()
        guard let kind = try? FileManager.default.attributesOfItem(atPath: target.path)[.type] else {
            throw InputError("the tree '\(directory.path)' does not exist", at: location)
        }
        guard kind as? FileAttributeType == .typeDirectory else {
            throw InputError("'\(directory.path)' is not a directory", at: location)
        }
        if let ref, ref.hasPrefix("-") || ref.isEmpty {
            throw InputError("'\(ref)' is not a commit, branch or tag", at: location)
        }
        let output = try await Command.script(Self.probeScript, [ref ?? ""], in: directory).output(
            to: "look at \(directory.path)")
        let probe = Probe(output)
        if let cause = probe.values["broken"] {
            throw InputError(
                "git cannot read the state of '\(directory.path)': \(cause)", at: location)
        }
        if let ref, probe.kind == "none" {
            throw InputError(
                "'\(directory.path)' is not a git repository, so it has no ref '\(ref)'", at: location)
        }
        if let ref, probe.values["commit"] == nil {
            throw InputError([
                Diagnostic(
                    "the repository '\(directory.path)' has no commit, branch or tag '\(ref)'", at: location,
                    suggestion: Suggestion.nearest(to: ref, among: probe.refs).map { "did you mean '\($0)'?" }
                )
            ])
        }
        if ref == nil, probe.kind == "bare" {
            throw InputError(
                "'\(directory.path)' is a bare repository, which has no files", at: location,
                suggestion: "name a commit with --ref")
        }
        if ref == nil, let paths = probe.values["unmerged"] {
            throw InputError(
                "a merge or rebase in '\(directory.path)' is not finished: \(paths)", at: location,
                suggestion: "finish it, or name a commit with --ref")
        }
        let what = ref.map { "commit '\($0)' of '\(directory.path)'" } ?? "'\(directory.path)'"
        if let name = probe.missing.first {
            throw InputError(
                name == "kernel/kcov.c"
                    ? "\(what) is a kernel without kcov: it has no kernel/kcov.c"
                    : "\(what) is not a kernel tree: it has no \(name)", at: location)
        }
        return probe
    }

    private func remark(commit: String?, changed: [String]) -> String {
        let what = "tests \(directory.path) as it is"
        guard let commit else { return what }
        if changed.isEmpty { return "\(what): commit \(commit.prefix(12)) without changes" }
        let names = changed.prefix(4).joined(separator: ", ") + (changed.count > 4 ? ", ..." : "")
        let noun = changed.count == 1 ? "1 changed file" : "\(changed.count) changed files"
        return "\(what): commit \(commit.prefix(12)) with \(noun) (\(names))"
    }

    /// The bare repository of the cache for this directory; made when it is not there.
    private func repository(format: String) async throws -> URL {
        let path = Data((format + directory.path).utf8)
        let name = try await Command("sha256sum", [], input: path).output(to: "name an entry").prefix(16)
        let repository = cache.repositories.appending(path: "tree-\(name).git")
        if FileManager.default.fileExists(atPath: repository.path) { return repository }
        let lock = cache.root.appending(path: "locks/tree-\(name).lock")
        try await FileLock.holding(lock, .exclusive) {
            let partial = cache.repositories.appending(path: ".tree-\(name).partial")
            try await cache.remove(partial)
            var command = Command.script(
                """
                mkdir -p -- "$(dirname "$1")"
                git init -q --bare --template= --object-format="$2" -- "$1"
                mkdir -p -- "$1/info"
                echo '* -text -ident -filter -working-tree-encoding -export-ignore -export-subst' > "$1/info/attributes"
                """, [partial.path, format])
            command.environment = Self.isolated
            try await command.output(to: "make a repository")
            if !FileManager.default.fileExists(atPath: repository.path) {
                try FileManager.default.moveItem(at: partial, to: repository)
            }
        }
        return repository
    }

    /// Keeps the configuration of the user and of the machine away.
    private static let isolated = ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"]

    static func environment(reading resolution: Resolution) -> [String: String] {
        isolated.merging(["GIT_ALTERNATE_OBJECT_DIRECTORIES": resolution.objects]) { $1 }
    }
}
