// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whether a directory can be written and has room.
struct DiskCheck: Sendable {
    /// Bytes a first build of one kernel takes: source, objects with debug information, and the finished entry.
    static let firstBuild: UInt64 = 8_000_000_000

    let directory: URL
    let subject: String
    let need: UInt64

    var checkup: Checkup {
        let path = directory.path
        if let cause = Self.obstacleToWriting(in: directory) {
            let fix = "set KCOVLAB_CACHE to a directory of yours"
            return Checkup(subject, .bad(fix: fix), found: "\(path): \(cause)")
        }
        guard let free = Self.free(in: directory) else {
            return Checkup(subject, .poor(fix: "look with df -h"), found: "\(path): free space unknown")
        }
        let found = "\(path), \(free / 1_000_000_000) GB free"
        guard free >= need else {
            let fix =
                "free \(need / 1_000_000_000) GB for a first build, or set KCOVLAB_CACHE to a larger disk"
            return Checkup(subject, .poor(fix: fix), found: found)
        }
        return Checkup(subject, .good, found: found)
    }

    /// Why a file cannot be made there; nil when one could.
    ///
    /// The directory is created when it is not there: a run would do the same.
    static func obstacleToWriting(in directory: URL) -> String? {
        let probe = directory.appending(path: ".probe-\(ProcessInfo.processInfo.processIdentifier)")
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data("probe".utf8).write(to: probe)
            try FileManager.default.removeItem(at: probe)
            return nil
        } catch {
            try? FileManager.default.removeItem(at: probe)
            return (error as NSError).localizedDescription
        }
    }

    private static func free(in directory: URL) -> UInt64? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: directory.path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.uint64Value
    }
}
