// SPDX-License-Identifier: Apache-2.0

import Foundation

extension KernelCache {
    /// Of how many configurations a build directory is kept to start others from; starting from nothing takes minutes.
    static let keptConfigurations = 10
    /// How many more build directories are kept, of configurations that have a newer one.
    static let keptBuilds = 4
    /// How many patched trees are kept; making one anew takes two seconds.
    static let keptPatchedTrees = 8
    /// How many seconds longer a kernel is kept for each second that making it took: a hundred broken kernels of one file
    /// each must not drive out the few that took minutes.
    static let keptForSecond = 60.0

    /// Deletes what is worth least, which is what was used least recently, until the rest fits; never what somebody uses.
    ///
    /// - Parameters:
    ///   - wanted: Bytes that should also be free on the disk afterwards.
    ///   - keeping: Entries to leave alone, as `kind/name`.
    /// - Throws: `BuildHostError`.
    func evict(toFree wanted: UInt64 = 0, keeping: Set<String> = []) async throws {
        try await removeLeftovers()
        let byProducts = try await evictByProducts()
        var entries = try await measured()
        var total = byProducts + entries.reduce(0) { $0 + $1.bytes }
        entries.sort { $0.worth < $1.worth }
        let newest = Dictionary(
            entries.compactMap { entry in entry.configuration.map { ($0, entry.name) } }
        ) { $1 }
        func isNewest(_ entry: Measured) -> Bool { entry.configuration.map { newest[$0] } == entry.name }
        var configurations = newest.count
        var builds = entries.count { $0.kind == .builds && !isNewest($0) }
        var patched = entries.count { $0.base != nil }
        // What takes minutes to have again goes last.
        let cheap = entries.filter { !isNewest($0) && ($0.kind != .sources || $0.base != nil) }
        let costly = entries.filter { isNewest($0) || ($0.kind == .sources && $0.base == nil) }
        for entry in cheap + costly where !keeping.contains("\(entry.kind.rawValue)/\(entry.name)") {
            let excessBuild =
                isNewest(entry)
                ? configurations > Self.keptConfigurations
                : entry.kind == .builds && builds > Self.keptBuilds
            let excessTree = entry.base != nil && patched > Self.keptPatchedTrees
            guard excessBuild || excessTree || total > limit || freeSpace() < wanted else { continue }
            let file = lock(entry.kind, entry.name)
            // Somebody else has it: in use, so it stays.
            guard let held = try FileLock.attempt(file, .exclusive) else { continue }
            defer { held.release() }
            // Renamed first: a reader sees all of it or nothing.
            let doomed = self.entry(entry.kind, ".\(entry.name).doomed")
            try await remove(doomed)
            try? FileManager.default.moveItem(at: self.entry(entry.kind, entry.name), to: doomed)
            try await remove(doomed)
            total -= min(total, entry.bytes)
            if isNewest(entry) { configurations -= 1 } else if entry.kind == .builds { builds -= 1 }
            if entry.base != nil { patched -= 1 }
        }
    }

    /// Makes sure there is room, evicting for it if need be.
    ///
    /// - Throws: `BuildHostError` that names the need.
    func requireSpace(_ need: UInt64, keeping: Set<String>) async throws {
        if freeSpace() < need { try await evict(toFree: need, keeping: keeping) }
        let free = freeSpace()
        if free < need { throw BuildHostError.noSpace(at: root, need: need, free: free) }
    }

    /// Bytes a user may still write where the cache is.
    func freeSpace() -> UInt64 {
        let values = try? FileManager.default.attributesOfFileSystem(forPath: root.path)
        return (values?[.systemFreeSize] as? NSNumber)?.uint64Value ?? .max
    }

    private struct Measured {
        let kind: Kind
        let name: String
        /// The tree it shares its unchanged files with, if it is a patched one.
        let base: String?
        /// What a finished build directory was configured like: its compiler, options and unpatched source.
        let configuration: String?
        let bytes: UInt64
        /// When it was used last, or later where it took long to make.
        let worth: Date
    }

    private func configuration(ofBuild name: String) -> String? {
        guard let state = BuildState(of: entry(.builds, name)), state.finished else { return nil }
        let source = state.sourceBase ?? state.sourceID
        return ([state.compiler, source] + state.request).joined(separator: "\n")
    }

    /// All complete entries with what they take; files shared by several trees count once.
    ///
    /// What is complete stays as it is, so it is measured once: looking at every file of every tree takes longer than
    /// compiling one of them.
    private func measured() async throws -> [Measured] {
        var found: [(kind: Kind, name: String, base: String?)] = []
        for kind in Kind.allCases {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory(kind).path)) ?? []
            let names = entries.filter { !$0.hasPrefix(".") }.sorted()
            found += names.map { name in
                let tree = SourceTree(id: name, entry: entry(kind, name))
                let base = kind == .sources && tree.ancestor != name ? tree.ancestor : nil
                return (kind, name, base.flatMap { names.contains($0) ? $0 : nil })
            }
        }
        let note = notes.appending(path: "sizes.json")
        var sizes =
            (try? Data(contentsOf: note)).flatMap {
                try? JSONDecoder().decode([String: UInt64].self, from: $0)
            }
            ?? [:]
        // A build directory may be continued.
        let unknown = found.filter { $0.kind == .builds || sizes[entry($0.kind, $0.name).path] == nil }
        // A base before what shares its files, so that these count there.
        let bases = Set(unknown.compactMap(\.base)).sorted().map { entry(.sources, $0).path }
        let paths = bases + unknown.map { entry($0.kind, $0.name).path }.filter { !bases.contains($0) }
        sizes.merge(try await diskUse(of: paths)) { $1 }
        sizes = sizes.filter { size in found.contains { entry($0.kind, $0.name).path == size.key } }
        try? JSONEncoder().encode(sizes).write(to: note, options: .atomic)
        return found.map { item in
            let path = entry(item.kind, item.name).path
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            let used = attributes?[.modificationDate] as? Date ?? .distantPast
            let seconds =
                item.kind == .kernels ? KernelManifest(of: entry(.kernels, item.name))?.seconds : nil
            return Measured(
                kind: item.kind, name: item.name, base: item.base,
                configuration: item.kind == .builds ? configuration(ofBuild: item.name) : nil,
                bytes: sizes[path] ?? 0,
                worth: used + Self.keptForSecond * (seconds ?? 0))
        }
    }
}
