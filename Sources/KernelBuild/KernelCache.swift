// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Synchronization

/// Where everything a build makes is kept, and how it gets there and goes.
///
/// An entry is a directory. It is made under another name and renamed when it is complete, so a reader never meets half
/// an entry. The time of the directory says when it was last used.
struct KernelCache: Sendable {
    /// What kinds of entries there are; each is a directory below the root.
    enum Kind: String, CaseIterable, Sendable {
        /// Finished kernels by key.
        case kernels
        /// Build directories by key: unfinished ones to continue, finished ones to start others from.
        case builds
        /// Unpacked trees by identity.
        case sources
        /// Packages as fetched.
        case downloads
    }

    let root: URL
    /// Bytes all entries may take together.
    let limit: UInt64

    init(root: URL, limit: UInt64) {
        self.root = root
        self.limit = limit
    }

    func directory(_ kind: Kind) -> URL { root.appending(path: kind.rawValue, directoryHint: .isDirectory) }

    func entry(_ kind: Kind, _ name: String) -> URL {
        directory(kind).appending(path: name, directoryHint: .isDirectory)
    }

    /// The lock of an entry.
    func lock(_ kind: Kind, _ name: String) -> URL {
        root.appending(path: "locks/\(kind.rawValue)-\(name).lock")
    }

    /// Bare repositories; they are never evicted, because fetching all again costs far more than they take.
    var repositories: URL { root.appending(path: "git", directoryHint: .isDirectory) }

    /// Small files that only save time.
    var notes: URL { root.appending(path: "notes", directoryHint: .isDirectory) }

    /// Makes the directories.
    ///
    /// Build directories belong to the unprivileged user of the sandbox, so nobody else may look into them.
    ///
    /// - Throws: `BuildHostError`.
    func prepare() throws {
        let files = FileManager.default
        do {
            for directory in Kind.allCases.map(directory) + [notes] {
                try files.createDirectory(at: directory, withIntermediateDirectories: true)
            }
            try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory(.builds).path)
        } catch {
            throw BuildHostError(
                "the cache \(root.path) cannot be written: \(error.localizedDescription). Set KCOVLAB_CACHE.")
        }
    }

    func exists(_ kind: Kind, _ name: String) -> Bool {
        FileManager.default.fileExists(atPath: entry(kind, name).path)
    }

    /// Notes that an entry is used now.
    func touch(_ kind: Kind, _ name: String) {
        try? FileManager.default.setAttributes(
            [.modificationDate: Date()], ofItemAtPath: entry(kind, name).path)
    }

    /// Makes an entry in one step.
    ///
    /// The caller holds the entry's lock, so whatever carries the other name is left from something that was killed.
    ///
    /// - Parameters:
    ///   - kind: What kind of entry.
    ///   - name: Its final name.
    ///   - fill: Fills the directory it is given.
    /// - Throws: What `fill` throws; nothing is left then.
    func publish(_ kind: Kind, _ name: String, fill: (URL) async throws -> Void) async throws {
        let partial = entry(kind, ".\(name).partial")
        try await remove(partial)
        do {
            try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
            try await fill(partial)
            try await remove(entry(kind, name))
            try FileManager.default.moveItem(at: partial, to: entry(kind, name))
        } catch {
            // The task may be cancelled already, and what is half done has to go all the same.
            let removal = Task.detached { try await remove(partial) }
            try? await removal.value
            throw error
        }
    }

    /// Deletes a tree.
    ///
    /// rm is several times faster than Foundation at it, and never follows a link out of the tree.
    func remove(_ tree: URL) async throws {
        guard (try? FileManager.default.attributesOfItem(atPath: tree.path)) != nil else { return }
        try await Command("rm", ["-rf", "--one-file-system", "--", tree.path]).output(
            to: "delete \(tree.path)")
    }

    // MARK: Use

    private static let held = Mutex<[String: FileLock]>([:])

    /// Keeps a kernel from being evicted for as long as this process lives.
    ///
    /// - Returns: Whether it is still there.
    func retain(kernel key: String) async throws -> Bool {
        let file = lock(.kernels, key)
        if Self.held.withLock({ $0[file.path] != nil }) { return exists(.kernels, key) }
        guard let lock = try FileLock.attempt(file, .shared) else { return false }
        guard exists(.kernels, key) else {
            lock.release()
            return false
        }
        Self.held.withLock { $0[file.path] = lock }
        return true
    }
}
