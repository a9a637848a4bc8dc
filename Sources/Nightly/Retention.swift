// SPDX-License-Identifier: Apache-2.0

import Foundation
import History

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
    /// Tonight stays, and so does every run that tonight's carried results come from.
    func apply(sparing runs: [BranchRun], of night: Night, store: HistoryStore) throws {
        let files = FileManager.default
        let spared = Set(runs.compactMap(\.evidence))
        let names = ((try? files.contentsOfDirectory(atPath: place.nights.path)) ?? []).sorted()
        var sizes = names.map { (name: $0, bytes: Self.bytes(below: place.nights.appending(path: $0))) }
        let evidence = try store.evidence()
        var total = sizes.reduce(0) { $0 + $1.bytes }
        while let oldest = sizes.first, sizes.count > limits.nights || total > limits.bytes {
            sizes.removeFirst()
            guard oldest.name != night.name else { continue }
            let directory = place.nights.appending(path: oldest.name)
            let kept = spared.filter { $0.hasPrefix("nights/\(oldest.name)/") }
            for path in evidence.map(\.path)
            where path.hasPrefix("nights/\(oldest.name)/") && !kept.contains(path) {
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
