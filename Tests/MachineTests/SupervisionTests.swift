// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KcovLabTesting
import Lab
import Testing

/// A run that is killed leaves nothing, whatever it was doing.
@Suite("Supervision", .machine)
struct SupervisionTests {
    /// A place in the life of a run, by the event that says it is reached, and how often that must come.
    private struct Phase: Sendable {
        let name: String
        let event: String
        let count: Int
        var scenario = "endless"
        /// Whether the program of the scenario must be at work.
        var works = false
        /// Whether the run is held until its guest has died, so that it cannot end that guest itself.
        var holdsRun = false
    }

    private static let phases = [
        Phase(name: "while the first guest boots", event: "guest-starting", count: 1),
        Phase(name: "while a guest is saved", event: "guest-ready", count: 1),
        Phase(name: "while a guest is restored", event: "guest-starting", count: 2),
        Phase(name: "while a program spins", event: "guest-ready", count: 2, works: true),
        Phase(
            name: "while the kernel has panicked", event: "guest-ready", count: 2, scenario: "panic-later",
            works: true, holdsRun: true),
    ]

    @Test("A run that is killed leaves nothing after five seconds", arguments: phases.map(\.name))
    func killed(phase name: String) async throws {
        let phase = try #require(Self.phases.first { $0.name == name })
        let output = FileManager.default.temporaryDirectory.appending(path: "kcovlab-killed-\(UUID())")
        defer { try? FileManager.default.removeItem(at: output) }
        let run = Process()
        run.executableURL = try ShippedData.locate().command
        run.arguments = [
            "run", Laboratory.file(phase.scenario).path, "--image", "debian-6.12", "--jobs", "1", "--output",
            output.path,
        ]
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        try run.run()
        let owner = run.processIdentifier
        #expect(await eventually(within: .seconds(900)) { count(phase.event, in: output) >= phase.count })
        let supervisor = try #require(self.supervisor(ofOwner: owner), "the run has a supervisor")
        let mark = "guest=kcovlab-\(supervisor.run)-"
        if phase.works {
            // An idle guest uses a tenth of that.
            let start = try #require(processorTime(mark), "the guest is there")
            #expect(await eventually(within: .seconds(60)) { processorTime(mark) ?? 0 > start + 50 })
        }
        if phase.holdsRun {
            #expect(kill(owner, SIGSTOP) == 0)
            #expect(await standsStill(mark, within: .seconds(120)), "the guest has died")
        }
        #expect(kill(owner, SIGKILL) == 0)
        run.waitUntilExit()

        #expect(await eventually(within: .seconds(5)) { process(mark) == nil }, "its guest has ended")
        #expect(
            await eventually(within: .seconds(5)) { self.supervisor(ofOwner: owner) == nil },
            "its supervisor has ended")
        #expect(!FileManager.default.fileExists(atPath: supervisor.directory), "its files are gone")
    }

    private func count(_ event: String, in output: URL) -> Int {
        let text = (try? String(contentsOf: output.appending(path: "events.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count { $0.contains("\"event\":\"\(event)\"") }
    }

    /// The supervisor of a run, by the arguments it was started with.
    private func supervisor(ofOwner owner: Int32) -> (run: String, directory: String)? {
        for (_, arguments) in commandLines() where arguments.contains("supervise") {
            guard let index = arguments.firstIndex(of: "--owner"), index + 1 < arguments.count,
                arguments[index + 1].hasPrefix("\(owner):"), let run = value(of: "--run", in: arguments),
                let directory = value(of: "--directory", in: arguments)
            else { continue }
            return (run, directory)
        }
        return nil
    }

    private func value(of option: String, in arguments: [String]) -> String? {
        guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
        return arguments[index + 1]
    }

    /// The QEMU of a guest.
    private func process(_ mark: String) -> Int32? {
        commandLines().first { _, arguments in
            arguments.first?.contains("qemu-system-") == true && arguments.contains { $0.hasPrefix(mark) }
        }?.process
    }

    /// The time a guest's QEMU has used, in ticks (proc(5), fields 14 and 15 of stat); nil when it is gone.
    private func processorTime(_ mark: String) -> UInt64? {
        guard let process = process(mark),
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[name...].split(separator: " ")
        return fields.count > 13 ? fields[12...13].compactMap { UInt64($0) }.reduce(0, +) : nil
    }

    /// Whether a guest's QEMU uses no time for two seconds, as when its kernel has reset the machine.
    private func standsStill(_ mark: String, within limit: Duration) async -> Bool {
        var last = processorTime(mark)
        var since = ContinuousClock.now
        return await eventually(within: limit) {
            let time = processorTime(mark)
            if time != last { (last, since) = (time, .now) }
            return time != nil && ContinuousClock.now - since > .seconds(2)
        }
    }

    private func commandLines() -> [(process: Int32, arguments: [String])] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap(Int32.init).compactMap { process in
            FileManager.default.contents(atPath: "/proc/\(process)/cmdline").map { data in
                (process, data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
            }
        }
    }

    /// Looks at a condition until it holds or the time is over.
    private func eventually(within limit: Duration, _ condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while .now < deadline {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return condition()
    }
}
