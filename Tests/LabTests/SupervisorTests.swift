// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Lab

@Suite("Supervisor")
struct SupervisorTests {
    private let run = RunIdentity(
        id: "0123abcd", owner: .current, directory: URL(fileURLWithPath: "/x/0123abcd", isDirectory: true))

    @Test("Its arguments say everything it needs")
    func arguments() throws {
        let supervisor = Supervisor(run: run, uri: "qemu:///embed?root=/run/k/e0")
        #expect(supervisor.arguments.first == "supervise")
        let copy = try #require(Supervisor(arguments: Array(supervisor.arguments.dropFirst())))
        #expect(copy.run.id == run.id && copy.run.owner == run.owner && copy.uri == supervisor.uri)
    }

    @Test(
        "It does nothing for arguments that are not its own",
        arguments: [
            [], ["--run", "x"],
            ["--run", "zzzzzzzz", "--owner", "1:2", "--directory", "/x/zzzzzzzz", "--connect", "q"],
            ["--run", "0123abcd", "--owner", "1", "--directory", "/x/0123abcd", "--connect", "q"],
            ["--run", "0123abcd", "--owner", "1:2", "--directory", "/home", "--connect", "q"],
        ])
    func strangers(arguments: [String]) {
        #expect(Supervisor(arguments: arguments) == nil)
    }

    @Test(
        "Only the QEMU of its own run is its business",
        arguments: [
            ("qemu-system-x86_64\0-name\0guest=kcovlab-0123abcd-1,debug-threads=on", true),
            ("/usr/bin/qemu-system-x86_64\0-name\0guest=kcovlab-0123abcd-2", true),
            ("/usr/bin/qemu-system-x86_64\0-name\0guest=kcovlab-ffffffff-1", false),
            ("/usr/bin/vim\0guest=kcovlab-0123abcd-1", false), ("", false),
        ])
    func marks(commandLine: String, isOurs: Bool) {
        let data = Data(commandLine.utf8)
        #expect(GuestProcesses.isGuest(commandLine: data, marks: ["guest=\(run.domainPrefix)"]) == isOurs)
    }

    @Test("A process is known by its number and its start")
    func identity() throws {
        let me = ProcessIdentity.current
        #expect(me.isAlive)
        #expect(!ProcessIdentity(process: me.process, started: me.started + 1).isAlive)
        #expect(ProcessIdentity(process: Int32.max) == nil)
    }
}
