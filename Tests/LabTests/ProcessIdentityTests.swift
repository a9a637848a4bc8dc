// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Lab
import Testing

@Suite("Processes")
struct ProcessIdentityTests {
    @Test("A name that looks like the end of its field does not deceive")
    func names() throws {
        let directory = try TestDirectory()
        let program = directory.url.appending(path: ") Z 1 2 (3) 4")
        // A copy could not be run while a child that another test starts still has it open for writing.
        try FileManager.default.createSymbolicLink(
            at: program, withDestinationURL: URL(fileURLWithPath: "/bin/sleep"))
        let process = Process()
        process.executableURL = program
        process.arguments = ["600"]
        try process.run()
        let identity = try #require(ProcessIdentity(process: process.processIdentifier))
        let name = try String(contentsOfFile: "/proc/\(process.processIdentifier)/comm", encoding: .utf8)
        #expect(name == ") Z 1 2 (3) 4\n")
        #expect(identity.isAlive)
        #expect(identity.started >= ProcessIdentity.current.started)
        // Not a polite signal: a child inherits the signal mask of the thread that starts it.
        #expect(kill(identity.process, SIGKILL) == 0)
        process.waitUntilExit()
        #expect(!identity.isAlive)
    }

    @Test("A zombie does not live")
    func zombie() throws {
        var process: pid_t = 0
        // Safety: the copies live until they are freed below.
        var arguments = unsafe [strdup("true"), nil]
        defer { unsafe free(arguments[0]) }
        let spawned = unsafe posix_spawn(&process, "/bin/true", nil, nil, &arguments, environ)
        try #require(spawned == 0)
        var information = unsafe siginfo_t()
        // Waits for the end and leaves the zombie.
        let ended = unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT)
        #expect(ended == 0)
        let identity = try #require(ProcessIdentity(process: process))
        #expect(!identity.isAlive)
        let taken = waitpid(process, nil, 0)
        #expect(taken == process)
        #expect(ProcessIdentity(process: process) == nil)
    }
}
