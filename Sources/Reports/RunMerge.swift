// SPDX-License-Identifier: Apache-2.0

import Diagnostics
package import Foundation
package import Lab

/// Puts the parts of a run together into one run directory.
package struct RunMerge: Sendable {
    private struct Part: Sendable {
        let directory: RunDirectory
        let record: RunRecord
    }

    private let parts: [Part]
    /// Names of scenarios in the order of the catalogue.
    private let order: [String]

    /// Reads the parts and checks that they belong together.
    ///
    /// - Parameters:
    ///   - directories: The run directories of the parts.
    ///   - order: Names of scenarios in the order of the catalogue.
    /// - Throws: `SavedRun.Damage` for a directory that is no finished run; `InputError` for parts of different kernels, a
    ///   scenario that two parts have, and a part that is missing.
    package init(_ directories: [URL], order: [String]) throws {
        self.order = order
        parts = try directories.map {
            Part(directory: RunDirectory(url: $0), record: try SavedRun(reading: $0).record)
        }
        try check()
    }

    private func check() throws(InputError) {
        guard let first = parts.first else { return }
        let collector = DiagnosticCollector()
        func complain(_ message: String, _ part: Part, suggestion: String? = nil) {
            let place = SourceLocation(file: part.directory.shortPath, line: 1, column: 1)
            collector.report(message, at: place, suggestion: suggestion)
        }
        var owners: [String: Part] = [:]
        for part in parts {
            if part.record.kernel.key != first.record.kernel.key {
                complain(
                    "is a run of the kernel \(part.record.kernel.key.prefix(12)), and "
                        + "\(first.directory.shortPath) of \(first.record.kernel.key.prefix(12))", part)
            }
            if part.record.partition?.count != first.record.partition?.count {
                complain("is not a part of the same division as \(first.directory.shortPath)", part)
            }
            for name in part.record.scenarios.map(\.name) {
                if let owner = owners[name] {
                    complain("has the scenario '\(name)', and so has \(owner.directory.shortPath)", part)
                }
                owners[name] = part
            }
        }
        if let count = first.record.partition?.count {
            let there = Set(parts.compactMap(\.record.partition?.number))
            let missing = (1...count).filter { !there.contains($0) }.map { "\($0)/\(count)" }
            if !missing.isEmpty {
                complain("the part \(missing.joined(separator: ", ")) is missing", first)
            }
        }
        try collector.throwIfAny()
    }

    /// The run that all parts are.
    package var record: RunRecord {
        let records = parts.map(\.record)
        let position = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        let scenarios = records.flatMap(\.scenarios).sorted {
            (position[$0.name] ?? .max, $0.name) < (position[$1.name] ?? .max, $1.name)
        }
        func all(_ values: [String]) -> String {
            values.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: "; ")
        }
        return RunRecord(
            kernel: records.first?.kernel
                ?? KernelSummary(image: "", release: "", key: "", features: [], remarks: []),
            accelerator: all(records.map(\.accelerator)),
            acceleratorReason: all(records.map(\.acceleratorReason)),
            timeFactor: records.map(\.timeFactor).max() ?? 1, connection: all(records.map(\.connection)),
            scenarios: scenarios, strayReports: records.flatMap(\.strayReports),
            replay: all(records.map(\.replay)), seconds: records.map(\.seconds).max() ?? 0)
    }

    /// Writes the merged run: every report, and the files of every part.
    ///
    /// - Throws: `AtomicFile.Failure`, or what copying throws.
    package func write(to directory: RunDirectory) throws {
        let files = FileManager.default
        var events = Data()
        for (index, part) in parts.enumerated() {
            events += (try? Data(contentsOf: part.directory.events)) ?? Data()
            for kind in ["coverage", "console"] {
                let source = part.directory.url.appending(path: kind)
                let target = directory.url.appending(path: kind)
                try files.createDirectory(at: target, withIntermediateDirectories: true)
                for name in (try? files.contentsOfDirectory(atPath: source.path)) ?? [] {
                    let plain = target.appending(path: name)
                    // Logs of boots have the same names everywhere.
                    let place =
                        files.fileExists(atPath: plain.path)
                        ? target.appending(path: "part-\(index + 1)-\(name)") : plain
                    try files.copyItem(at: source.appending(path: name), to: place)
                }
            }
        }
        try AtomicFile.write(events, to: directory.events)
        try ReportFiles.write(record, to: directory)
    }
}
