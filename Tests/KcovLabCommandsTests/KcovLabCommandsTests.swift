// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import KcovLabCommands
import KernelBuild
import Lab
import Reports
import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

@Suite("Exit codes")
struct ExitCodeTests {
    private static let place = SourceLocation(file: "f.yaml", line: 3, column: 5)

    /// One error of each kind that reaches a command.
    private static let kinds: [(any Error & Sendable, ExitStatus)] = [
        (InputError("bad", at: place), .badInput),
        (RunDirectory.Failure.notEmpty(path: "/x"), .badInput),
        (RunDirectory.Failure.notADirectory(path: "/x"), .badInput),
        (RunDirectory.Failure.cannotCreate(path: "/x", cause: "y"), .hostFailed),
        (
            KernelBuildFailure(
                image: "a", phase: "compile", errors: ["e"], log: URL(fileURLWithPath: "/x")),
            .kernelFailed
        ),
        (BuildHostError("disk"), .hostFailed),
        (SandboxUnavailable(reason: "no"), .hostFailed),
        (CocoaError(.fileNoSuchFile), .hostFailed),
    ]

    @Test("Every error has the code that says whose fault it was, and a message", arguments: kinds.indices)
    func errors(index: Int) {
        let (error, status) = Self.kinds[index]
        let failure = CommandFailure(judging: error)
        #expect(failure.status == status.rawValue)
        #expect(!failure.message.isEmpty)
    }

    @Test("A disk that cannot be written is the host's fault")
    func disk() {
        #expect(throws: AtomicFile.Failure.self) {
            do {
                try AtomicFile.write("x", to: URL(fileURLWithPath: "/proc/kcovlab/x"))
            } catch {
                #expect(CommandFailure(judging: error).status == ExitStatus.hostFailed.rawValue)
                throw error
            }
        }
    }

    @Test("A signal gives the code a shell gives")
    func signals() {
        #expect(CommandFailure.interrupted(by: 2, kept: nil).status == 130)
        #expect(CommandFailure.interrupted(by: 15, kept: "x").status == 143)
    }

    @Test(
        "What the command line cannot mean is a usage error",
        arguments: [
            ["nonsense"], ["run", "--nonsense"], ["run", "--accel", "fast"], ["run", "--image"],
            ["build", "x"],
            ["scenarios", "x"], ["doctor", "--accel", "tcg"],
        ])
    func usage(arguments: [String]) async {
        #expect(await KcovLab.execute(arguments) == ExitStatus.usage.rawValue)
    }

    @Test("Help is a success", arguments: [["--help"], []])
    func help(arguments: [String]) async {
        #expect(await KcovLab.execute(arguments) == 0)
    }

    @Test(
        "What the user named and is not there is bad input",
        arguments: [
            ["build", "--image", "no-such-image"], ["check", "/no/such/file.yaml"],
        ])
    func badInput(arguments: [String]) async {
        #expect(await KcovLab.execute(arguments) == ExitStatus.badInput.rawValue)
    }
}

@Suite("Checking files")
struct CheckCommandTests {
    @Test("Everything that is shipped is free of mistakes")
    func shipped() async {
        #expect(await KcovLab.execute(["check"]) == 0)
    }

    @Test(
        "A file with a mistake is bad input",
        arguments: [
            "name: x\nsource: {debian: linux-source-6.12, version: 1}\nnonsense: 1\n",
            "name: x\nnonsense: 1\n", "", "[",
        ])
    func mistakes(text: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(await KcovLab.execute(["check", file.path]) == ExitStatus.badInput.rawValue)
    }

    @Test("A directory stands for its files, and one without any is bad input")
    func directory() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(await KcovLab.execute(["check", directory.path]) == ExitStatus.badInput.rawValue)
        #expect(await KcovLab.execute(["check", try ShippedData.locate().scenarios.path]) == 0)
        try Data("nonsense: 1\n".utf8).write(to: directory.appending(path: "a.yaml"))
        #expect(await KcovLab.execute(["check", directory.path]) == ExitStatus.badInput.rawValue)
    }
}
