// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A lock between processes that the kernel releases when its holder dies, however it dies.
///
/// It is an advisory lock on an empty file (flock(2)). The file goes when an exclusive lock ends, so none is left over.
final class FileLock: Sendable {
    enum Mode: Sendable {
        case shared
        case exclusive
    }

    private let file: URL
    private let mode: Mode
    private let handle: FileHandle

    private init(file: URL, mode: Mode, handle: FileHandle) {
        self.file = file
        self.mode = mode
        self.handle = handle
    }

    /// Takes the lock if nobody stands in the way.
    ///
    /// - Throws: `BuildHostError` when the file cannot be made.
    static func attempt(_ file: URL, _ mode: Mode) throws -> FileLock? {
        while true {
            let handle = try open(file)
            let operation = (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
            guard flock(handle.fileDescriptor, operation) == 0 else {
                try? handle.close()
                return nil
            }
            // The holder before us may have removed the file between our open and our lock; the name now belongs to
            // somebody else, or to nobody.
            let descriptor = "/proc/self/fd/\(handle.fileDescriptor)"
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: descriptor)
            if let target, !target.hasSuffix(" (deleted)") {
                return FileLock(file: file, mode: mode, handle: handle)
            }
            try? handle.close()
        }
    }

    /// Takes the lock, waiting for whoever has it.
    ///
    /// - Parameters:
    ///   - file: The empty file that stands for what is locked.
    ///   - mode: Shared locks exclude only exclusive ones.
    ///   - onWait: Called once, when somebody else has it.
    /// - Returns: The lock, held.
    /// - Throws: `BuildHostError`, `CancellationError`.
    static func acquire(_ file: URL, _ mode: Mode, onWait: () -> Void = {}) async throws -> FileLock {
        var announced = false
        while true {
            if let lock = try attempt(file, mode) { return lock }
            if !announced { onWait() }
            announced = true
            // Another process blocks in our place: it can be killed when the task is cancelled, a thread cannot. It
            // opens the file only if it is still there.
            let kind = mode == .shared ? "--shared" : "--exclusive"
            _ = try await Command("sh", ["-c", "exec 9<\"$1\" && exec flock \(kind) 9", "sh", file.path])
                .outcome()
        }
    }

    /// Runs something while the lock is held.
    static func holding<Result>(
        _ file: URL, _ mode: Mode, onWait: () -> Void = {}, _ body: () async throws -> Result
    ) async throws -> Result {
        let lock = try await acquire(file, mode, onWait: onWait)
        defer { lock.release() }
        return try await body()
    }

    func release() {
        // The last of several holders can make its own lock exclusive for the moment it takes to remove the file.
        if mode == .exclusive || flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 {
            try? FileManager.default.removeItem(at: file)
        }
        // A child that was forked and has not yet executed its program shares the file, and closing ours is not enough.
        _ = flock(handle.fileDescriptor, LOCK_UN)
        try? handle.close()
    }

    private static func open(_ file: URL) throws -> FileHandle {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            // Fails when the file exists, which is as good.
            try? Data().write(to: file, options: .withoutOverwriting)
            let handle = try FileHandle(forUpdating: file)
            // Programs we start must not keep the lock.
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
            return handle
        } catch {
            throw BuildHostError("cannot make the lock \(file.path): \(error.localizedDescription)")
        }
    }
}
