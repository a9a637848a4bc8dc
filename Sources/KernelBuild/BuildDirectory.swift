// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The build directory of one key: continued, cloned from a relative, or new.
///
/// The entry holds `tree` (/kcovlab/build in the sandbox), `state.json`, `manifest` (the list of source files it was
/// made of), `warnings.json` and `build.log`.
struct BuildDirectory: Sendable {
    let entry: URL
    /// How it came to be, for the reader; nil for a new one.
    let remark: String?
    let start: Start

    /// Which objects are there already.
    enum Start: Sendable, Hashable {
        case nothing
        /// So many of all.
        case some(Int)
        /// All but what depends on so many changed source files, nil when headers are among them; the configuration may be
        /// the same.
        case relative(changed: Int?, isConfigured: Bool)
    }

    var tree: URL { entry.appending(path: "tree", directoryHint: .isDirectory) }
    var log: URL { entry.appending(path: "build.log") }

    /// A file that make left in the directory.
    ///
    /// - Returns: Nil when it is not there, not a regular file, or reached through a link that leads elsewhere: what ran in
    ///   the sandbox decides what lies here.
    func product(_ path: String) -> URL? {
        let file = tree.appending(path: path)
        let root = tree.resolvingSymlinksInPath().path
        guard file.resolvingSymlinksInPath().path == root + "/" + path else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return attributes?[.type] as? FileAttributeType == .typeRegular ? file : nil
    }

    /// The text of a file that make left, up to 8 MB.
    func text(_ path: String) -> String? {
        guard let file = product(path), let handle = try? FileHandle(forReadingFrom: file),
            let data = try? handle.read(upToCount: 8 << 20)
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// Where a build directory comes from.
    struct Plan: Sendable {
        let cache: KernelCache
        let key: String
        let image: String
        let compiler: CompilerIdentity
        let request: ConfigRequest
        let source: SourceTree

        /// Makes the directory ready for make; the caller holds its lock.
        ///
        /// - Throws: `BuildHostError`.
        func prepare() async throws -> BuildDirectory {
            let entry = cache.entry(.builds, key)
            if let state = BuildState(of: entry) {
                if let directory = try await resume(entry, state) { return directory }
                try await cache.remove(entry)
            }
            if let relative = try await nearestRelative() {
                defer { relative.lock.release() }
                try await clone(relative)
                let hasDefconfig = FileManager.default.fileExists(
                    atPath: entry.appending(path: "tree/defconfig").path)
                return BuildDirectory(
                    entry: entry,
                    remark: "starts from the build of \(relative.state.image) (\(relative.key.prefix(12))): "
                        + "\(relative.cost.changed.count) source files and \(relative.cost.options) options differ",
                    start: .relative(
                        changed: relative.cost.hasHeaders ? nil : relative.cost.changed.count,
                        isConfigured: relative.hasSameConfiguration && hasDefconfig))
            }
            try await cache.publish(.builds, key) { partial in
                try await Command("mkdir", ["tree"], in: partial).output(to: "make the build directory")
                try await note(in: partial, startedFromNothing: true)
            }
            return BuildDirectory(entry: entry, remark: nil, start: .nothing)
        }

        /// Continues what is there, if it can be trusted.
        private func resume(_ entry: URL, _ state: BuildState) async throws -> BuildDirectory? {
            var state = state
            if state.finished {
                // Its kernel was evicted. Sources of the same content are never newer than its objects wrongly: at
                // worst something is compiled once more.
                state.finished = false
                try state.write(to: entry)
                return BuildDirectory(
                    entry: entry, remark: "links again what was compiled before",
                    start: .relative(changed: 0, isConfigured: false))
            }
            guard state.bootID == BuildState.currentBoot, state.sourceIncarnation == source.incarnation,
                state.sourceID == source.id
            else { return nil }
            let listing = try await Command("find", ["tree", "-name", ".*.o.cmd"], in: entry).output(
                to: "count objects")
            let objects = listing.utf8.count { $0 == UInt8(ascii: "\n") }
            return BuildDirectory(
                entry: entry, remark: "continues the build that was interrupted",
                start: state.startedFromNothing
                    ? .some(objects) : .relative(changed: 1, isConfigured: false))
        }

        private func note(in entry: URL, startedFromNothing: Bool) async throws {
            try await Command("cp", ["--", source.manifest.path, entry.appending(path: "manifest").path])
                .output(to: "note the source files")
            try BuildState(
                image: image, compiler: compiler.description, request: request.lines.sorted(), tree: source,
                startedFromNothing: startedFromNothing
            ).write(to: entry)
        }

        // MARK: Relatives

        private struct Relative {
            let key: String
            let state: BuildState
            let lock: FileLock
            let cost: RebuildCost

            /// Whether configuring would end in the same .config: nothing it reads is different.
            var hasSameConfiguration: Bool {
                cost.options == 0
                    && !cost.changed.contains { path in
                        let name = path.split(separator: "/").last ?? ""
                        return name.hasPrefix("Kconfig") || name.hasPrefix("Makefile")
                            || path.hasPrefix("scripts/") || path.hasSuffix(".config")
                    }
            }
        }

        /// The finished build that shares most with this one; its lock is held.
        ///
        /// A build of which a tenth of all files differ is no help.
        private func nearestRelative() async throws -> Relative? {
            let names =
                (try? FileManager.default.contentsOfDirectory(atPath: cache.directory(.builds).path)) ?? []
            var best: Relative?
            for name in names.sorted() where !name.hasPrefix(".") && name != key {
                guard let lock = try FileLock.attempt(cache.lock(.builds, name), .shared) else { continue }
                let entry = cache.entry(.builds, name)
                guard let state = BuildState(of: entry), state.finished,
                    state.compiler == compiler.description
                else {
                    lock.release()
                    continue
                }
                let manifest = entry.appending(path: "manifest")
                let changed = try await SourceManifest.changed(from: manifest, to: source.manifest)
                let cost = RebuildCost(
                    changed: changed, options: request.lines.symmetricDifference(state.request).count)
                guard changed.count < 8000, cost.weight < best?.cost.weight ?? .max else {
                    lock.release()
                    continue
                }
                best?.lock.release()
                best = Relative(key: name, state: state, lock: lock, cost: cost)
            }
            return best
        }

        /// Copies a relative's directory and makes everything that differs newer than its objects.
        ///
        /// A copy, not hard links: kbuild rewrites its .cmd files in place, which would make the relative lie about how
        /// its own objects were made. Files that differ only get a new time after the copy, and before the entry has
        /// its name, so an interruption in between is repaired by doing it again.
        private func clone(_ relative: Relative) async throws {
            cache.touch(.builds, relative.key)
            try await cache.publish(.builds, key) { partial in
                let original = cache.entry(.builds, relative.key).appending(path: "tree")
                try await Command("cp", ["-a", "--reflink=auto", "--", original.path, "tree"], in: partial)
                    .output(to: "copy a build directory")
                var touch = Command.script(
                    "xargs -d '\\n' -r touch -c -h --", in: source.root)
                touch.input = Data(relative.cost.changed.joined(separator: "\n").utf8)
                try await touch.output(to: "mark changed source files")
                let known = cache.entry(.builds, relative.key).appending(path: "warnings.json")
                if FileManager.default.fileExists(atPath: known.path) {
                    try await Command("cp", ["--", known.path, "."], in: partial).output(to: "keep warnings")
                }
                try await note(in: partial, startedFromNothing: false)
            }
        }
    }
}
