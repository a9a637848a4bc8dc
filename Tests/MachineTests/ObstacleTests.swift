// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Installation
import KcovLabTesting
import Subprocess
import Testing

/// What this machine lacks, as a user of the shipped command meets it.
@Suite("Obstacles", .machine)
struct ObstacleTests {
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "kcovlab-obstacles-\(UUID())")

    @Test("Without QEMU nothing is built", arguments: ["auto", "tcg"])
    func emulator(accelerator: String) async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let runtime = "/dev/shm/kcovlab-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: runtime) }
        let (_, text) = try await ShippedCommand.run(
            [
                "run", "L01", "--image", Laboratory.image, "--accel", accelerator, "--output",
                directory.appending(path: "run").path,
            ],
            environment: [
                "PATH": "/nonexistent", "XDG_RUNTIME_DIR": runtime,
                "KCOVLAB_CACHE": directory.appending(path: "cache").path,
            ], expecting: [69])
        #expect(text.contains("Install QEMU: apt install qemu-system-x86."))
        #expect(text.split(separator: "\n").count == 2, "one message with its advice: \(text)")
        for name in ["cache/builds", "cache/kernels", "run"] {
            #expect(!FileManager.default.fileExists(atPath: directory.appending(path: name).path))
        }
    }

    @Test("Where nothing is installed, the doctor says of each thing how to get it")
    func doctor() async throws {
        let runtime = "/dev/shm/kcovlab-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: runtime) }
        let (_, text) = try await ShippedCommand.run(
            ["doctor"], environment: ["PATH": "/nonexistent", "XDG_RUNTIME_DIR": runtime], expecting: [69])
        let lines = text.split(separator: "\n").map(String.init)
        for (subject, fix) in [
            ("qemu-system-x86_64", "apt-get install qemu-system-x86"),
            ("bwrap", "apt-get install bubblewrap"),
            ("git", "apt-get install git"), ("sandbox", "apt-get install bubblewrap"),
            ("libvirt", "Install QEMU: apt install qemu-system-x86."),
        ] {
            let index = lines.firstIndex { $0.hasPrefix("BAD   \(subject) ") }
            let advice = index.flatMap { $0 + 1 < lines.count ? lines[$0 + 1] : nil }
            #expect(advice?.contains(fix) == true, "\(subject): \(text)")
        }
        #expect(lines.contains { $0.hasPrefix("ok    shipped data ") }, "what is there is not blamed")
        #expect(text.contains("checks failed"))
    }

    @Test("A doctor that is killed leaves no QEMU")
    func killedDoctor() async throws {
        let runtime = "/dev/shm/kcovlab-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: runtime) }
        let doctor = try RunningCommand(
            ["doctor"], environment: ["XDG_RUNTIME_DIR": runtime], writesRun: false)
        let course = await ProcessTable.watching { () -> (isReached: Bool, isGone: Bool) in
            let isReached = ProcessTable.eventually(within: .seconds(60)) {
                !ProcessTable.guests("\(runtime)/").isEmpty
            }
            doctor.send(SIGKILL)
            _ = doctor.wait()
            return (
                isReached,
                ProcessTable.eventually(within: .seconds(5)) { ProcessTable.guests("\(runtime)/").isEmpty }
            )
        }
        #expect(course == (true, true))
    }

    @Test("A disk that is full is named", .enabled(if: geteuid() == 0, "mounting takes root"))
    func disk() async throws {
        _ = try await ShippedCommand.run(["build", "--image", Laboratory.image], expecting: [0])
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let command = try ShippedData.locate().command.path
        let result = try await Subprocess.run(
            .name("unshare"),
            arguments: [
                "--mount", "sh", "-euc",
                "mount -t tmpfs -o size=16k none \"$1\"; exec \"$0\" run L01 --image \"$2\" --output \"$1/run\"",
                command, directory.path, Laboratory.image,
            ], output: .string(limit: 65536), error: .string(limit: 65536))
        #expect(result.terminationStatus == .exited(69))
        let text = result.standardOutput + result.standardError
        #expect(text.contains("\(directory.path)/run/"), "\(text)")
        #expect(text.contains("No space left") || text.contains("space"), "\(text)")
    }

    @Test("Two runs at once do not disturb each other")
    func together() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        _ = try await ShippedCommand.run(["build", "--image", Laboratory.image], expecting: [0])
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 1...2 {
                let output = directory.appending(path: "\(number)").path
                group.addTask {
                    try await ShippedCommand.run(
                        ["run", "L01", "--image", Laboratory.image, "--output", output], expecting: [0]
                    ).text
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts.allSatisfy { $0.contains("1 scenario: 1 passed") }, "\(texts)")
    }
}
