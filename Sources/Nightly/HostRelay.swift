// SPDX-License-Identifier: Apache-2.0

import Bisection
import Foundation
import KernelBuild
import Lab
import Reports
import ScenarioModel

/// Runs on another host what a host could not run to its end.
struct HostRelay: KernelTester {
    let tester: any KernelTester
    /// libvirt URIs.
    let hosts: [String]
    let say: @Sendable (String) -> Void

    /// Runs scenarios on a host, or on the next one when that cannot be reached; those that it loses on the way run once
    /// more, elsewhere where there is an elsewhere.
    func test(
        _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        let order = [host] + hosts.filter { $0 != host }
        for (index, candidate) in order.enumerated() {
            let next = index + 1 < order.count ? order[index + 1] : nil
            do {
                let record = try await tester.test(
                    kernel, scenarios, on: candidate, repeats: repeats, in: directory)
                return try await recover(
                    record, kernel, scenarios, on: next ?? order.first { $0 != candidate } ?? candidate,
                    repeats: repeats, in: directory)
            } catch let error as HostError {
                try Task.checkCancellation()
                guard let next else { throw error }
                say("\(candidate) is out: \(error); goes on with \(next)")
                try? FileManager.default.removeItem(at: directory.url)
                _ = try RunDirectory.use(directory.url)
            }
        }
        throw HostError(tried: "find a host", seen: "none is configured")
    }

    private func recover(
        _ record: RunRecord, _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        let lost = Set(record.scenarios.filter { $0.outcome == .hostFailed }.map(\.name))
        guard !lost.isEmpty else { return record }
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

    func compare(
        _ scenario: String, from base: (directory: URL, name: String), to head: (directory: URL, name: String)
    ) async throws -> String {
        try await tester.compare(scenario, from: base, to: head)
    }

    func coverage(of directory: URL) async throws -> LineCoverage? {
        try await tester.coverage(of: directory)
    }

    func key(of kernel: KernelChoice) async throws -> String? { try await tester.key(of: kernel) }
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
