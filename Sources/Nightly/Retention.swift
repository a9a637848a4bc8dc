// SPDX-License-Identifier: Apache-2.0

import Foundation
import History
import Reports

/// Keeps the evidence of all nights within its bounds.
struct Retention: Sendable {
    private let limits: NightlyConfig.Retention
    private let place: NightPlace

    init(_ limits: NightlyConfig.Retention, place: NightPlace) {
        self.limits = limits
        self.place = place
    }

    /// Removes the oldest nights beyond the bounds; the history keeps what they came to.
    ///
    /// Tonight counts and stays, whether it has left anything yet or not, and so does every run that its results may come
    /// from.
    ///
    /// - Parameters:
    ///   - runs: Those whose evidence stays.
    ///   - night: Tonight.
    ///   - store: Forgets the paths of what is removed.
    /// - Throws: `HistoryError`, or what removing throws.
    func apply(sparing runs: [BranchRun], of night: Night, store: HistoryStore) throws {
        let files = FileManager.default
        let spared = Set(runs.compactMap(\.evidence))
        let names = ((try? files.contentsOfDirectory(atPath: place.nights.path)) ?? []).sorted()
        var older = names.filter { $0 != night.name }.map { name in
            (name: name, bytes: Self.bytes(below: place.nights.appending(path: name)))
        }
        let evidence = try store.evidence().map(\.path)
        var total = older.reduce(Self.bytes(below: place.directory(of: night))) { $0 + $1.bytes }
        while let oldest = older.first, older.count + 1 > limits.nights || total > limits.bytes {
            older.removeFirst()
            let directory = place.nights.appending(path: oldest.name)
            let kept = spared.filter { $0.hasPrefix("nights/\(oldest.name)/") }
            for path in evidence where path.hasPrefix("nights/\(oldest.name)/") && !kept.contains(path) {
                try store.forgetEvidence(path)
            }
            for entry in (try? files.contentsOfDirectory(atPath: directory.path)) ?? []
            where !kept.contains("nights/\(oldest.name)/\(entry)") {
                try files.removeItem(at: directory.appending(path: entry))
            }
            if kept.isEmpty { try files.removeItem(at: directory) }
            total -= min(total, oldest.bytes - Self.bytes(below: directory))
        }
    }

    /// What everything about the nights takes on the disk.
    static func use(of place: NightPlace) -> DiskUse {
        DiskUse(evidence: bytes(below: place.nights), repository: bytes(below: place.mirror))
    }

    /// What the files below a directory take on the disk.
    static func bytes(below directory: URL) -> UInt64 {
        let keys: [URLResourceKey] = [.fileSizeKey, .isRegularFileKey]
        guard let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: keys)
        else {
            return 0
        }
        var bytes: UInt64 = 0
        for case let file as URL in files {
            let values = try? file.resourceValues(forKeys: Set(keys))
            if values?.isRegularFile == true { bytes += UInt64(clamping: values?.fileSize ?? 0) }
        }
        return bytes
    }
}
