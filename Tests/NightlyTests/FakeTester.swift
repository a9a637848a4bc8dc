// SPDX-License-Identifier: Apache-2.0

import Bisection
import Foundation
import KernelBuild
import Lab
import Nightly
import Reports
import ScenarioModel
import Synchronization

/// Does what the first line of kernel/kcov.c says, as a kernel would, and leaves a run directory.
final class FakeTester: KernelTester {
    struct Call: Sendable, Hashable {
        let behaviour: String
        let scenarios: [String]
        let repeats: Int
        let host: String
    }

    private let state = Mutex<[Call]>([])
    /// Called before each test with its behaviour.
    let onTest: @Sendable (String) async throws -> Void

    init(onTest: @escaping @Sendable (String) async throws -> Void = { _ in }) {
        self.onTest = onTest
    }

    /// What was tested since the last time this was asked.
    func takeCalls() -> [Call] {
        state.withLock { calls in
            defer { calls = [] }
            return calls
        }
    }

    func key(of kernel: KernelChoice) async throws -> String? {
        String(try await behaviour(of: kernel).utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }, radix: 16)
    }

    func test(
        _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord {
        let behaviour = try await behaviour(of: kernel)
        state.withLock {
            $0.append(
                Call(behaviour: behaviour, scenarios: scenarios.map(\.name), repeats: repeats, host: host))
        }
        try await onTest(behaviour)
        let word = behaviour.split(separator: " ")[0]
        if word == "nobuild" {
            throw KernelBuildFailure(
                image: kernel.name, phase: "compile", errors: ["kernel/kcov.c:1: error: nobuild"],
                log: directory.url.appending(path: "log"))
        }
        let isElsewhere = host.contains("other")
        if word == "lost", !isElsewhere { throw HostError(tried: "start a guest", seen: "libvirtd is gone") }
        let isBooting = word != "panics"
        let results = scenarios.enumerated().map { index, scenario in
            var outcome: Outcome = index == 0 && word == "breaks" ? .failed : .passed
            if !isBooting { outcome = .kernelFailed }
            if index == 0, word == "loses", !isElsewhere { outcome = .hostFailed }
            if index == 0, word == "wavers" { outcome = repeats == 1 ? .failed : .flaky }
            return ScenarioResult(
                name: scenario.name, id: scenario.id, contract: nil, outcome: outcome, seconds: 1,
                runs: repeats, passes: outcome == .passed ? repeats : outcome == .flaky ? 1 : 0,
                reason: outcome == .passed ? nil : "it \(behaviour)", findings: [], console: nil, steps: [],
                buffers: [])
        }
        let record = RunRecord(
            kernel: KernelSummary(
                image: kernel.name, release: "6.12.0", key: try await key(of: kernel) ?? "", features: [],
                remarks: []),
            accelerator: "tcg", acceleratorReason: "fake", timeFactor: 1, connection: host,
            scenarios: results, strayReports: [], replay: "kcovlab run", seconds: 2)
        try Self.leave(record, isBooting: isBooting, in: directory)
        return record
    }

    /// Writes what a run leaves.
    static func leave(_ record: RunRecord, isBooting: Bool = true, in directory: RunDirectory) throws {
        var log = try EventLine(.guestStarting(number: 1, cold: true), seconds: 0).data()
        if isBooting { log += try EventLine(.guestReady(number: 1, seconds: 3.5), seconds: 3.5).data() }
        try log.write(to: directory.events)
        try ReportFiles.write(record, to: directory)
    }

    func compare(
        _ scenario: String, from base: (directory: URL, name: String), to head: (directory: URL, name: String)
    ) async throws -> String {
        "\(scenario): \(try SavedRun(reading: base.directory).record.kernel.key) to \(head.name)"
    }

    func coverage(of directory: URL) async throws -> LineCoverage? {
        LineCoverage(files: [
            "kernel/kcov.c": [1: 12, 2: 0], "include/generated/autoconf.h": [3: 1],
            "../../outside.c": [1: 1],
        ])
    }

    private func behaviour(of kernel: KernelChoice) async throws -> String {
        guard let tree = kernel.tree, let ref = kernel.ref else { return "" }
        return try await Git.run("-C", tree.path, "show", "\(ref):kernel/kcov.c")
    }
}
