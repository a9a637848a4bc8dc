// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
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
        var scenario = "forever"
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
        // The limits below are for guests, not for building their kernel.
        _ = try await Laboratory.session()
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
        // On a thread of its own: while other tests keep the pool of tasks busy, a run would be over before it is killed.
        let course = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: self.kill(run, in: phase, output)) }.start()
        }
        #expect(course.isReached)
        #expect(course.hadSupervisor, "the run has a supervisor")
        #expect(course.guestIsAsWanted, "its guest works, or has died")
        #expect(course.guestEnded, "its guest has ended")
        #expect(course.supervisorEnded, "its supervisor has ended")
        #expect(course.filesAreGone, "its files are gone")
    }

    /// What became of a run that was killed.
    private struct Course: Sendable {
        var isReached = false
        var hadSupervisor = false
        var guestIsAsWanted = true
        var guestEnded = false
        var supervisorEnded = false
        var filesAreGone = false
    }

    /// Kills a run in the middle of a phase and looks at what is left.
    private func kill(_ run: Process, in phase: Phase, _ output: URL) -> Course {
        var course = Course()
        let owner = run.processIdentifier
        course.isReached = eventually(within: .seconds(900)) {
            count(phase.event, in: output) >= phase.count || !run.isRunning
        }
        guard let supervisor = self.supervisor(ofOwner: owner) else {
            run.terminate()
            return course
        }
        course.hadSupervisor = true
        let mark = "guest=kcovlab-\(supervisor.run)-"
        if phase.works {
            // An idle guest uses a tenth of that.
            let start = processorTime(mark)
            course.guestIsAsWanted =
                start != nil
                && eventually(within: .seconds(60)) { processorTime(mark) ?? 0 > (start ?? 0) + 50 }
        }
        if phase.holdsRun {
            Glibc.kill(owner, SIGSTOP)
            let hasDied = standsStill(mark, within: .seconds(120))
            course.guestIsAsWanted = course.guestIsAsWanted && hasDied
        }
        Glibc.kill(owner, SIGKILL)
        run.waitUntilExit()
        course.guestEnded = eventually(within: .seconds(5)) { process(mark) == nil }
        course.supervisorEnded = eventually(within: .seconds(5)) { self.supervisor(ofOwner: owner) == nil }
        course.filesAreGone = !FileManager.default.fileExists(atPath: supervisor.directory)
        return course
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
    private func standsStill(_ mark: String, within limit: Duration) -> Bool {
        var last = processorTime(mark)
        var since = ContinuousClock.now
        return eventually(within: limit) {
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
    private func eventually(within limit: Duration, _ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + limit
        while .now < deadline {
            if condition() { return true }
            usleep(20_000)
        }
        return condition()
    }
}
