// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc
import KcovModel

/// A lock on a file that ends with its holder, however that ends (`flock`).
package final class SlotLock: Sendable {
    package enum Mode: Sendable {
        case shared
        case exclusive
    }

    package let file: URL
    private let handle: FileHandle

    private init(file: URL, handle: FileHandle) {
        self.file = file
        self.handle = handle
    }

    deinit {
        // The file stays: whoever waits for the lock watches or holds this very file.
        Self.release(handle)
    }

    /// Takes the lock, or returns nil when it is held in a way that excludes this one.
    ///
    /// - Throws: `HostError` when the file cannot be made or opened.
    package static func attempt(_ file: URL, _ mode: Mode = .exclusive) throws(HostError) -> SlotLock? {
        let handle = try open(file)
        guard flock(handle.fileDescriptor, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
            try? handle.close()
            return nil
        }
        return SlotLock(file: file, handle: handle)
    }

    /// Whether somebody holds the lock; looking does not count as use of the file.
    package static func isHeld(_ file: URL) -> Bool {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return false }
        defer { release(handle) }
        return flock(handle.fileDescriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Takes the lock, blocking this thread; only for locks that are held for microseconds.
    static func acquireBriefly(_ file: URL) throws(HostError) -> SlotLock {
        let handle = try open(file)
        while flock(handle.fileDescriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw HostError(tried: "lock \(file.path)", seen: Errno(rawValue: errno).name)
            }
        }
        return SlotLock(file: file, handle: handle)
    }

    /// Unlocks before closing: a process forked meanwhile shares the lock, and would keep it until it executes a program.
    private static func release(_ handle: FileHandle) {
        _ = flock(handle.fileDescriptor, LOCK_UN)
        try? handle.close()
    }

    /// Replaces what the file says.
    package func write(_ text: String) {
        try? handle.truncate(atOffset: 0)
        try? handle.write(contentsOf: Data(text.utf8))
    }

    private static func open(_ file: URL) throws(HostError) -> FileHandle {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: file.path) {
                // Fails when another process was faster, which is as good.
                try? Data().write(to: file, options: .withoutOverwriting)
            }
            let handle = try FileHandle(forUpdating: file)
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
            return handle
        } catch {
            throw HostError(
                tried: "use the lock file \(file.path)", seen: error.localizedDescription,
                advice: "Its directory must be writable; XDG_RUNTIME_DIR chooses another one.")
        }
    }
}
