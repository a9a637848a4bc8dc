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
        case .directory(let directory, let ref):
            return [try await local(directory, ref)]
        case .git(let url, let ref):
            return try await git(url, ref).known().map { resolved($0, remark: nil) }
        }
    }

    /// What the source is; fetched if it has to be.
    ///
    /// - Parameter known: What `known()` said.
    /// - Returns: The source.
    /// - Throws: `InputError`, `BuildHostError`.
    func fetch(beside known: [ResolvedSource]) async throws -> ResolvedSource {
        switch recipe.source {
        case .debian(let package, let version, let sha256):
            let source = debian(package, version, sha256)
            for resolution in source.known {
                let result = resolved(resolution, of: source)
                if isAtHand(result) { return result }
            }
            try await cache.requireSpace(treeSize, keeping: [])
            return resolved(try await source.fetch(), of: source)
        case .directory(let directory, let ref):
            // What was built meanwhile must be what was looked for.
            if let source = known.first { return source }
            return try await local(directory, ref)
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
        case (.git(let resolution), .git(let url, let ref)):
            try await git(url, ref).unpack(resolution, into: root)
        case (.local(let resolution), .directory(let directory, let ref)):
            let local = localTree(directory, ref)
            if let (base, change, lock) = try await nearest(to: resolution, of: local) {
                defer { lock.release() }
                try await base.derive(into: entry, changing: change.paths) { copy in
                    try await local.carryOut(change, to: resolution, in: copy)
                }
                return
            }
            try await local.unpack(resolution, into: root)
        default:
            throw BuildHostError("the source of '\(recipe.name)' changed while it was built")
        }
        try await SourceTree.seal(entry)
    }

    /// The unpacked tree that differs least from a wanted one, if one is near; it stays until the lock is released.
    ///
    /// Only those used last are looked at: the tree before an edit, or the neighbours in a bisection.
    private func nearest(
        to resolution: LocalTree.Resolution, of local: LocalTree
    ) async throws -> (base: SourceTree, change: LocalTree.Change, lock: FileLock)? {
        let prefix = "git-"
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let entries = try FileManager.default.contentsOfDirectory(
            at: cache.directory(.sources), includingPropertiesForKeys: Array(keys))
        let recent = entries.filter {
            $0.lastPathComponent.hasPrefix(prefix)
                && $0.lastPathComponent.dropFirst(4).allSatisfy(\.isHexDigit)
        }.map { ($0, (try? $0.resourceValues(forKeys: keys).contentModificationDate) ?? .distantPast) }
            .sorted { $0.1 > $1.1 }.prefix(8)
        var best: (base: SourceTree, change: LocalTree.Change, lock: FileLock)?
        for (entry, _) in recent {
            let name = entry.lastPathComponent
            guard let lock = try FileLock.attempt(cache.lock(.sources, name), .shared) else { continue }
            guard let change = try await local.change(from: name.dropFirst(prefix.count), to: resolution),
                change.paths.count < best?.change.paths.count ?? 8000, cache.exists(.sources, name)
            else {
                lock.release()
                continue
            }
            best?.lock.release()
            cache.touch(.sources, name)
            best = (SourceTree(id: name, entry: cache.entry(.sources, name)), change, lock)
        }
        return best
    }

    private func local(_ directory: URL, _ ref: String?) async throws -> ResolvedSource {
        let resolution = try await localTree(directory, ref).resolve()
        return ResolvedSource(
            origin: .local(resolution), identity: "git \(resolution.tree)",
            id: "git-\(resolution.tree.prefix(20))", remarks: [resolution.remark])
    }

    private func localTree(_ directory: URL, _ ref: String?) -> LocalTree {
        LocalTree(directory: directory, ref: ref, location: recipe.sourceLocation, cache: cache)
    }

    /// Whether building from a source needs nothing from elsewhere.
    func isAtHand(_ source: ResolvedSource) -> Bool {
        switch (source.origin, recipe.source) {
        case (.debian(let resolution), .debian(let package, let version, let sha256)):
            cache.exists(.sources, source.id) || debian(package, version, sha256).file(resolution) != nil
        default: true
        }
    }

    /// Reads some files of a source, as far as that needs no unpacking.
    ///
    /// - Returns: The contents of those that are there; nil when the source is not at hand.
    /// - Throws: `BuildHostError`.
    func contents(of paths: [String], in source: ResolvedSource) async throws -> [String: Data]? {
        if case .local(let resolution) = source.origin,
            case .directory(let directory, let ref) = recipe.source
        {
            return try await localTree(directory, ref).contents(of: paths, in: resolution)
        }
        guard cache.exists(.sources, source.id) else { return nil }
        let tree = SourceTree(id: source.id, entry: cache.entry(.sources, source.id))
        return Dictionary(
            uniqueKeysWithValues: Set(paths).compactMap { path in tree.contents(of: path).map { (path, $0) } }
        )
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
