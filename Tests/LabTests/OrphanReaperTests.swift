// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Lab
import Testing

@Suite("Orphans", .timeLimit(.minutes(2)))
struct OrphanReaperTests {
    @Test("An orphan is buried, in another session and in ours", arguments: ["setsid true", "true"])
    func buried(program: String) async throws {
        OrphanReaper.start
        // The shell ends before its child, which waits for the end of its input.
        let lifeline = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 3<&0; (read line <&3; exec \(program)) & echo $!"]
        let answer = Pipe()
        process.standardInput = lifeline
        process.standardOutput = answer
        try process.run()
        let text = String(decoding: answer.fileHandleForReading.availableData, as: UTF8.self)
        let orphan = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        let identity = try #require(ProcessIdentity(process: orphan))
        #expect(identity.isAlive)
        try lifeline.fileHandleForWriting.close()
        while let now = ProcessIdentity(process: orphan), now == identity {
            try await Task.sleep(for: .milliseconds(20))
        }
        process.waitUntilExit()
    }
}
