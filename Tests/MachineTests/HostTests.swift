// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Installation
import KcovLabTesting
import KernelBuild
import Lab
import Libvirt
import Nightly
import Reports
import ScenarioModel
import Synchronization
import Testing

@testable import KcovLabCommands

/// Hosts that die and return, each a real libvirtd.
@Suite("Several hosts", .machine, .serialized, .enabled(if: geteuid() == 0, "mount namespaces take root"))
struct HostTests {
    private static let image = Laboratory.image

    @Test("A host that dies in the middle of a run costs no result")
    func death() async throws {
        try await RemoteServer.with { first in
            try await RemoteServer.with { second in try await death(first, second) }
        }
    }

    private func death(_ first: RemoteServer, _ second: RemoteServer) async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "kcovlab-hosts-\(UUID())")
        defer { try? FileManager.default.removeItem(at: url) }
        let directory = try RunDirectory.use(url)
        let shipped = try ShippedData.locate()
        let said = Mutex<[String]>([])
        let silence = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/null"))
        let relay = HostRelay(
            tester: RunTester(
                settings: .current, shipped: shipped,
                writer: TerminalWriter(output: silence, settings: .current), interruption: Interruption(),
                accelerator: .tcg, jobs: 1),
            hosts: [first.uri, second.uri]
        ) { line in said.withLock { $0.append(line) } }
        let scenarios = try ScenarioCatalog.load(directory: shipped.scenarios)
            .select(["L01", "U05", "U06", "U07"])
        let killed = Task {
            await ProcessTable.watching {
                let hasBegun = ProcessTable.eventually(within: .seconds(600)) {
                    let log = try? String(contentsOf: directory.events, encoding: .utf8)
                    return log?.contains("\"event\":\"scenario-ended\"") == true
                }
                first.killDaemon()
                first.killGuests()
                return hasBegun
            }
        }
        let record = try await relay.test(
            KernelChoice(image: Self.image), scenarios, on: first.uri, repeats: 1, in: directory)
        #expect(await killed.value)
        #expect(record.scenarios.map(\.outcome) == [.passed, .passed, .passed, .passed])
        let lines = said.withLock(\.self)
        #expect(lines.count == 1 && lines.first?.hasPrefix("\(first.uri) lost ") == true, "\(lines)")
        #expect(lines.first?.hasSuffix("run again on \(second.uri)") == true, "\(lines)")
        #expect(try SavedRun(reading: url).record.scenarios.map(\.outcome) == record.scenarios.map(\.outcome))
        #expect(try await second.names().allSatisfy { !$0.hasPrefix("lease-") && !$0.hasPrefix("owner-") })
    }

    @Test("What a run left on a host that was away goes when the host is back")
    func recovery() async throws {
        try await RemoteServer.with { server in
            let lost = try await interfere(with: "halt", on: server) { run, _ in
                // A guest that notices powers itself off; this one cannot.
                let hasHalted = ProcessTable.eventually(within: .seconds(120)) {
                    run.console("halt").contains("System halted")
                }
                server.killDaemon()
                return (hasHalted, run.wait())
            }
            #expect(lost.ending.0, "its kernel is halted")
            #expect(lost.ending.1 == 69)
            #expect(server.guests.count == 1, "the guest goes on without libvirtd")
            try await server.restart()
            let before = try await server.names().filter { $0.contains(lost.run) }
            #expect(before.contains("kcovlab-\(lost.run)-1"))
            #expect(before.contains { $0.hasPrefix("owner-\(lost.run)-") })
            // A run of another machine, whose processes nobody here can know.
            let stranger = "owner-01234567-00000000000000000000000000000000-0-1-1"
            try await server.addVolume(stranger)

            let output = FileManager.default.temporaryDirectory.appending(path: "kcovlab-hosts-\(UUID())")
            defer { try? FileManager.default.removeItem(at: output) }
            let next = try await ShippedCommand.run(
                [
                    "run", "L01", "--image", Self.image, "--accel", "tcg", "--connect", server.uri,
                    "--output",
                    output.path,
                ], expecting: [0])
            #expect(next.text.contains("what was left there of \(lost.run)"))
            #expect(server.guests.isEmpty)
            let names = try await server.names()
            #expect(
                !names.contains { $0.contains(lost.run) || $0.hasPrefix("lease-") || $0.hasPrefix("state-") })
            #expect(names.filter { $0.hasPrefix("owner-") } == [stranger])
        }
    }

    @Test("A run that is killed leaves nothing on its host, either")
    func killed() async throws {
        try await RemoteServer.with { server in
            let lost = try await interfere(with: "forever", on: server) { run, mark in
                let works = ProcessTable.isBusy(mark, ticks: 50, within: .seconds(60))
                run.send(SIGKILL)
                _ = run.wait()
                return (works, ProcessTable.eventually(within: .seconds(5)) { server.guests.isEmpty })
            }
            #expect(lost.ending == (true, true))
            _ = await ProcessTable.watching {
                ProcessTable.eventually(within: .seconds(5)) {
                    !ProcessTable.all().contains { $0.value(of: "--run") == lost.run }
                }
            }
            #expect(try await server.names().allSatisfy { !$0.contains(lost.run) })
        }
    }

    @Test("A host says what it has for guests")
    func capacity() async throws {
        try await RemoteServer.with { server in
            let connection = try await Connection.open(server.uri)
            let capacity = try await connection.hostCapacity()
            // The server is on this machine; of its memory libvirt counts what a node of it has.
            #expect(capacity.processors == ProcessInfo.processInfo.activeProcessorCount)
            let memory = Int(ProcessInfo.processInfo.physicalMemory >> 20)
            #expect((1...memory).contains(capacity.memory))
        }
    }

    /// Does something to a run on a server once its scenario begins.
    ///
    /// - Parameters:
    ///   - scenario: One of `Endings`.
    ///   - server: Where it runs.
    ///   - body: Gets the run, and what the command line of its QEMU contains; may block.
    /// - Returns: The id of the run, and what the body returned.
    /// - Throws: When the run does not come so far.
    private func interfere<Value: Sendable>(
        with scenario: String, on server: RemoteServer,
        _ body: @escaping @Sendable (RunningCommand, String) -> Value
    ) async throws -> (run: String, ending: Value) {
        _ = try await ShippedCommand.run(["build", "--image", Self.image], expecting: [0])
        let run = try RunningCommand(
            [
                "run", Laboratory.file(scenario).path, "--jobs", "1", "--image", Self.image, "--accel", "tcg",
                "--connect",
                server.uri,
            ])
        let course = await ProcessTable.watching { () -> (run: String, ending: Value)? in
            guard run.reaches("guest-ready", 2),
                let supervisor = ProcessTable.supervisor(ofOwner: run.identifier)
            else { return nil }
            return (supervisor.run, body(run, "guest=kcovlab-\(supervisor.run)-"))
        }
        return try #require(course)
    }
}
