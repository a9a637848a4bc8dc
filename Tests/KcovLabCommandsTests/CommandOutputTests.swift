// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KcovLabCommands
import Subprocess
import Testing

// Swift Testing has a type of the same name.
import enum Lab.ExitStatus

/// What a command says about its own output, and when it answers.
@Suite("Output of commands")
struct CommandOutputTests {
    /// Runs a line of shell in which `$1` is the command.
    private func shell(_ line: String) async throws -> (status: TerminationStatus, output: String) {
        let command = try ShippedData.locate().command.path
        let result = try await Subprocess.run(
            .name("bash"), arguments: ["-c", line, "bash", command], output: .string(limit: 4096),
            error: .combinedWithOutput)
        return (result.terminationStatus, result.standardOutput)
    }

    @Test("A full disk is no success", arguments: ["scenarios --json", "images", "--help"])
    func fullDisk(arguments: String) async throws {
        let (status, output) = try await shell("\"$1\" \(arguments) >/dev/full")
        #expect(status == .exited(ExitStatus.hostFailed.rawValue))
        #expect(output == "kcovlab: the output is not complete: No space left on device\n")
    }

    @Test("A reader that goes away ends no command")
    func closedPipe() async throws {
        let (status, output) = try await shell(
            "exec 3> >(true); wait $!; \"$1\" scenarios --json >&3; echo code $?")
        #expect(status.isSuccess)
        #expect(output == "code 0\n")
    }

    @Test("Input is there before its writer ends")
    func pieces() throws {
        let pipe = Pipe()
        let input = try InputPieces(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        for line in ["1\n", "2\n3"] {
            try pipe.fileHandleForWriting.write(contentsOf: Data(line.utf8))
            #expect(try input.next() == Array(line.utf8))
        }
        try pipe.fileHandleForWriting.close()
        #expect(try input.next() == nil)
    }
}
