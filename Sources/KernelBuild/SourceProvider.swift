// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// Turns what a recipe says about its source into a tree in the cache.
struct SourceProvider: Sendable {
    let cache: KernelCache
    let recipe: KernelRecipe
    /// Bytes an unpacked tree takes, with its package.
    let treeSize: UInt64

    /// What the source can be without asking anybody outside this machine, best first.
    ///
    /// - Throws: `BuildHostError`.
    func known() async throws -> [ResolvedSource] {
        switch recipe.source {
        case .debian(let package, let version, let sha256):
            let source = debian(package, version, sha256)
            return source.known.map { resolved($0, of: source) }
        case .directory(let tree):
            return [try await resolve(directory: tree)]
        case .git(let url, let ref):
            return try await git(url, ref).known().map { resolved($0, remark: nil) }
        }
    }

    /// What the source is; fetched if it has to be.
    ///
    /// - Throws: `InputError`, `BuildHostError`.
    func fetch() async throws -> ResolvedSource {
        switch recipe.source {
        case .debian(let package, let version, let sha256):
            let source = debian(package, version, sha256)
            for resolution in source.known {
                let result = resolved(resolution, of: source)
                if cache.exists(.sources, result.id) || source.file(resolution) != nil { return result }
            }
            try await cache.requireSpace(treeSize, keeping: [])
            return resolved(try await source.fetch(), of: source)
        case .directory(let tree):
            return try await resolve(directory: tree)
        case .git(let url, let ref):
            let (resolution, remark) = try await git(url, ref).fetch()
            return resolved(resolution, remark: remark)
        }
    }

    /// The unpacked tree; it stays until the lock is released.
    ///
    /// - Parameters:
    ///   - source: What to unpack.
    ///   - onUnpack: Called when there is work to do.
    /// - Returns: The tree and what keeps it.
    /// - Throws: `InputError`, `BuildHostError`.
    func tree(
        of source: ResolvedSource, onUnpack: () -> Void
    ) async throws -> (tree: SourceTree, lock: FileLock) {
        try await entry(source.id) { partial in
            onUnpack()
            try await cache.requireSpace(treeSize, keeping: [])
            try await unpack(source, into: partial)
        }
    }

    /// The tree with patches applied; it stays until the lock is released.
    ///
    /// - Parameters:
    ///   - tree: The tree to apply them to, which stays as it is.
    ///   - patches: In the order of application.
    ///   - onPatch: Called when there is work to do.
    /// - Returns: The patched tree and what keeps it.
    /// - Throws: `InputError` for a patch that does not apply, `BuildHostError`.
    func patched(
        _ tree: SourceTree, by patches: [PatchFile], onPatch: () -> Void
    ) async throws -> (tree: SourceTree, lock: FileLock) {
        let contents = patches.reduce(into: Data()) { $0.append($1.contents) }
        let digest = try await Command("sha256sum", [], input: contents).output(to: "name an entry")
        return try await entry("\(tree.id)-\(digest.prefix(12))") { partial in
            onPatch()
            try await PatchApplication(base: tree, patches: patches).write(to: partial)
        }
    }

    /// An entry of the sources, made if it is not there, and locked against eviction.
    private func entry(
        _ id: String, fill: (URL) async throws -> Void
    ) async throws -> (tree: SourceTree, lock: FileLock) {
        let file = cache.lock(.sources, id)
        while true {
            let shared = try await FileLock.acquire(file, .shared)
            if cache.exists(.sources, id) {
                cache.touch(.sources, id)
                return (SourceTree(id: id, entry: cache.entry(.sources, id)), shared)
            }
            shared.release()
            try await FileLock.holding(file, .exclusive) {
                if !cache.exists(.sources, id) { try await cache.publish(.sources, id, fill: fill) }
            }
        }
    }

    private func unpack(_ source: ResolvedSource, into entry: URL) async throws {
        let root = entry.appending(path: "tree")
        switch (source.origin, recipe.source) {
        case (.debian(let resolution), .debian(let package, let version, let sha256)):
            let debian = debian(package, version, sha256)
            if debian.file(resolution) == nil { _ = try await debian.fetch() }
            guard let file = debian.file(resolution) else {
                throw BuildHostError(
                    "\(package) \(resolution.version) is no longer in the archive; try again")
            }
            try await debian.unpack(file, into: root)
            try await SourceTree.seal(entry)
        case (.git(let resolution), .git(let url, let ref)):
            try await git(url, ref).unpack(resolution, into: root)
            try await SourceTree.seal(entry)
        case (.directory(let manifest), .directory(let directory)):
            try await copy(directory, listed: manifest, into: entry)
        default:
            throw BuildHostError("the source of '\(recipe.name)' changed while it was built")
        }
    }

    /// A copy of a directory as it was when it was listed; the build sees no later change.
    private func copy(_ directory: URL, listed manifest: URL, into entry: URL) async throws {
        try await Command.script(
            """
            mkdir "$2/tree"
            cp -- "$1" "$2/expected"
            cut -f 2- "$1" | tar -c --verbatim-files-from -T - | tar -x --no-same-owner -C "$2/tree"
            """, [manifest.path, entry.path], in: directory
        ).output(to: "copy the tree \(directory.path)")
        try await SourceTree.seal(entry)
        let expected = entry.appending(path: "expected")
        let listed = try await SourceManifest.digest(of: expected)
        let copied = try await SourceManifest.digest(of: entry.appending(path: "manifest"))
        guard listed == copied else {
            throw BuildHostError(
                "the tree \(directory.path) changed while it was copied; run the build again")
        }
        try FileManager.default.removeItem(at: expected)
    }

    private func resolve(directory: URL) async throws -> ResolvedSource {
        let path = Data(directory.path.utf8)
        let name = try await Command("sha256sum", [], input: path).output(to: "name an entry").prefix(16)
        let manifest = cache.notes.appending(path: "tree-\(name).manifest")
        let lock = cache.root.appending(path: "locks/tree-\(name).lock")
        let (digest, kept) = try await FileLock.holding(lock, .exclusive) {
            try await SourceManifest.write(
                of: directory, to: manifest, selection: .maintained,
                memory: cache.notes.appending(path: "tree-\(name).memory"))
            let digest = try await SourceManifest.digest(of: manifest)
            // Another process may list the directory again while this one builds.
            let kept = cache.notes.appending(path: "tree-\(name)-\(digest.prefix(16)).manifest")
            try await Command("cp", ["--", manifest.path, kept.path]).output(to: "keep a list of files")
            return (digest, kept)
        }
        return ResolvedSource(
            origin: .directory(manifest: kept), identity: "tree \(digest)", id: "tree-\(digest.prefix(20))",
            remarks: [])
    }

    private func resolved(_ resolution: DebianSource.Resolution, of source: DebianSource) -> ResolvedSource {
        ResolvedSource(
            origin: .debian(resolution), identity: "debian \(resolution.sha256)",
            id: "\(source.package)-\(resolution.sha256.prefix(20))",
            remarks: source.remark(on: resolution).map { [$0] } ?? [])
    }

    private func resolved(_ resolution: GitSource.Resolution, remark: String?) -> ResolvedSource {
        ResolvedSource(
            origin: .git(resolution), identity: "git \(resolution.tree)",
            id: "git-\(resolution.tree.prefix(20))", remarks: remark.map { [$0] } ?? [])
    }

    private func debian(_ package: String, _ version: String, _ sha256: String?) -> DebianSource {
        DebianSource(
            package: package, version: version, pinned: sha256, location: recipe.sourceLocation, cache: cache)
    }

    private func git(_ url: String, _ ref: String) -> GitSource {
        GitSource(url: url, ref: ref, location: recipe.sourceLocation, cache: cache)
    }
}
