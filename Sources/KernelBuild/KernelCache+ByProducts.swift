// SPDX-License-Identifier: Apache-2.0

import Foundation

extension KernelCache {
    /// What others keep beside the entries, and how many of each stay: an index is made again in seconds, and the
    /// evidence of tests and trials is looked at soon or never.
    static let byProducts = ["indexes": 30, "tests": 30, "trials": 10]
    /// Seconds in which a file beside the entries counts as in use.
    static let byProductRest = 3600.0

    /// Deletes what is beside the entries and was written longest ago, until as many are left as are kept.
    ///
    /// - Returns: Bytes that the rest takes.
    /// - Throws: `BuildHostError`.
    func evictByProducts(now: Date = Date()) async throws -> UInt64 {
        var kept: [String] = []
        for (name, limit) in Self.byProducts.sorted(by: { $0.key < $1.key }) {
            let entries = contents(of: root.appending(path: name)).sorted { $0.written > $1.written }
            for (number, entry) in entries.enumerated() {
                let isOld = now.timeIntervalSince(entry.written) > Self.byProductRest
                if number >= limit, isOld {
                    try await remove(entry.url)
                } else {
                    kept.append(entry.url.path)
                }
            }
        }
        return try await diskUse(of: kept).values.reduce(0, +)
    }

    /// Deletes what was being made or deleted when its process was killed.
    ///
    /// - Throws: `BuildHostError`.
    func removeLeftovers() async throws {
        for kind in Kind.allCases {
            for entry in contents(of: directory(kind)) {
                let name = entry.url.lastPathComponent
                guard name.hasPrefix("."),
                    let end = [".partial", ".doomed"].first(where: { name.hasSuffix($0) })
                else { continue }
                // Somebody else has it: it is being made or deleted right now.
                let file = lock(kind, String(name.dropFirst().dropLast(end.count)))
                guard let held = try FileLock.attempt(file, .exclusive) else { continue }
                defer { held.release() }
                try await remove(entry.url)
            }
        }
    }

    /// What files and directories take, in bytes by path; what two of them share counts for the first.
    func diskUse(of paths: [String]) async throws -> [String: UInt64] {
        guard !paths.isEmpty else { return [:] }
        // Fails for a file that vanishes meanwhile, and still prints the rest.
        let listing = try await Command("du", ["-s", "--block-size=1", "--"] + paths).outcome().output
        var sizes: [String: UInt64] = [:]
        for line in listing.split(separator: "\n") {
            let fields = line.split(separator: "\t", maxSplits: 1)
            if fields.count == 2 { sizes[String(fields[1])] = UInt64(fields[0]) }
        }
        return sizes
    }

    private func contents(of directory: URL) -> [(url: URL, written: Date)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.map { name in
            let url = directory.appending(path: name)
            let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
            return (url, attributes?[.modificationDate] as? Date ?? .distantPast)
        }
    }
}
