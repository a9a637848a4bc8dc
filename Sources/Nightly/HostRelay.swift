// SPDX-License-Identifier: Apache-2.0

package import Bisection
package import Foundation
package import KernelBuild
package import Lab
package import Reports
package import ScenarioModel

/// Runs on another host what a host could not run to its end.
package struct HostRelay: KernelTester {
    private let tester: any KernelTester
    private let load: HostLoad
    private let say: @Sendable (String) -> Void

    init(tester: any KernelTester, load: HostLoad, say: @escaping @Sendable (String) -> Void) {
        self.tester = tester
        self.load = load
        self.say = say
    }

    /// - Parameters:
    ///   - tester: Runs on one host.
    ///   - hosts: libvirt URIs.
    ///   - say: Gets what is worth a line on the terminal.
    package init(
        tester: any KernelTester, hosts: [String], say: @escaping @Sendable (String) -> Void
    ) {
        self.init(tester: tester, load: HostLoad(hosts), say: say)
    }

    /// Runs scenarios on a host, or on one that is free when that cannot be reached; those that it loses on the way run
    /// once more, elsewhere where there is an elsewhere.
    package func test(
        _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        try await test(kernel, scenarios, on: host, after: [], repeats: repeats, in: directory)
    }

    private func test(
        _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, after tried: [String], repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        let record: RunRecord
        do {
            record = try await tester.test(kernel, scenarios, on: host, repeats: repeats, in: directory)
        } catch let error as HostError {
            try Task.checkCancellation()
            load.lose(host)
            return try await load.withHost(besides: tried + [host]) { next in
                guard let next else { throw error }
                say("\(host) is out: \(error); goes on with \(next)")
                try? FileManager.default.removeItem(at: directory.url)
                _ = try RunDirectory.use(directory.url)
                return try await test(
                    kernel, scenarios, on: next, after: tried + [host], repeats: repeats, in: directory)
            }
        }
        guard record.scenarios.contains(where: { $0.outcome == .hostFailed }) else { return record }
        load.lose(host)
        return try await load.withHost(besides: [host]) { next in
            try await recover(record, kernel, scenarios, on: next ?? host, repeats: repeats, in: directory)
        }
    }

    private func recover(
        _ record: RunRecord, _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        let lost = Set(record.scenarios.filter { $0.outcome == .hostFailed }.map(\.name))
        say("\(record.connection) lost \(lost.count) scenarios; they run again on \(host)")
        let second = try RunDirectory.use(directory.url.appending(path: Self.elsewhere))
        let again: RunRecord
        do {
            again = try await tester.test(
                kernel, scenarios.filter { lost.contains($0.name) }, on: host, repeats: repeats, in: second)
        } catch {
            try Task.checkCancellation()
            say("\(host) could not run them either: \(error)")
            return record
        }
        let merged = record.replacing(again.scenarios.map { $0.moved(to: Self.elsewhere) }, also: again)
        try ReportFiles.write(merged, to: directory)
        // Which guests booted is known by their events.
        let log = try FileHandle(forWritingTo: directory.events)
        defer { try? log.close() }
        try log.seekToEnd()
        try log.write(contentsOf: try Data(contentsOf: second.events))
        return merged
    }

    /// Where, in a run directory, what was run again has its files.
    private static let elsewhere = "elsewhere"

    package func compare(
        _ scenario: String, from base: (directory: URL, name: String), to head: (directory: URL, name: String)
    ) async throws -> String {
        try await tester.compare(scenario, from: base, to: head)
    }

    package func coverage(of directory: URL) async throws -> LineCoverage? {
        try await tester.coverage(of: directory)
    }

    package func key(of kernel: KernelChoice) async throws -> String? { try await tester.key(of: kernel) }
}

extension RunRecord {
    /// The record with newer results of some scenarios.
    fileprivate func replacing(_ newer: [ScenarioResult], also other: RunRecord) -> RunRecord {
        RunRecord(
            kernel: kernel, accelerator: accelerator, acceleratorReason: acceleratorReason,
            timeFactor: timeFactor, connection: connection,
            scenarios: scenarios.map { old in newer.first { $0.name == old.name } ?? old },
            strayReports: strayReports + other.strayReports, replay: replay, seconds: seconds + other.seconds)
    }
}

extension ScenarioResult {
    /// The result with its files in a directory below the one they were in.
    fileprivate func moved(to directory: String) -> ScenarioResult {
        ScenarioResult(
            name: name, id: id, contract: contract, outcome: outcome, seconds: seconds, runs: runs,
            passes: passes, reason: reason, fault: fault, findings: findings, console: console, steps: steps,
            buffers: buffers.map { buffer in
                BufferSummary(
                    name: buffer.name, mode: buffer.mode, count: buffer.count, functions: buffer.functions,
                    file: "\(directory)/\(buffer.file)", determinism: buffer.determinism)
            })
    }
}
