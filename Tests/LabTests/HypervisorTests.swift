// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Libvirt
import Testing

@testable import Lab

@Suite("Ways to libvirt")
struct HypervisorTests {
    @Test("A server that does not listen is refused quickly, with advice", .timeLimit(.minutes(1)))
    func unreachable() async {
        let start = ContinuousClock.now
        let error = await #expect(throws: HostError.self) {
            _ = try await Hypervisor.connect("qemu+tcp://127.0.0.1:1/system", settings: .current)
        }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(error?.tried == "open qemu+tcp://127.0.0.1:1/system")
        #expect(error?.seen.isEmpty == false)
        #expect(error?.advice?.contains("--connect") == true)
    }

    @Test("A server that says nothing comes with advice")
    func silent() {
        let error = LibvirtError(
            operation: "open qemu+tcp://h/system", code: 0, domain: 0,
            message: "no answer within 15.0 seconds")
        #expect(HostError(error).advice?.contains("says nothing") == true)
    }

    @Test("The embedded driver's settings keep QEMU as we are and start no helpers")
    func settings() {
        let lines = EmbedRoot.driverSettings(user: 1000, group: 100).split(separator: "\n")
        #expect(
            lines == [
                #"user = "+1000""#, #"group = "+100""#, "dynamic_ownership = 0", "remember_owner = 0",
                #"security_driver = "none""#, #"stdio_handler = "file""#, "cgroup_controllers = []",
            ])
    }

    @Test("A root keeps what QEMU can do, and nothing else, for its next user")
    func roots() throws {
        let directory = try TestDirectory()
        let root = EmbedRoot(directory: directory.url.appending(path: "e0"))
        for name in ["cache", "etc", "run", "lib"] {
            let folder = root.directory.appending(path: name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: folder.appending(path: "file"))
        }
        root.removeState()
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: root.directory.path)) == ["cache", "etc"])
        #expect(root.uri == "qemu:///embed?root=\(root.directory.path)")
        #expect(FilePlacement.isEmbedded(root.uri))
    }

    @Test(
        "Files lie where the user of the connection can write",
        arguments: [
            ("qemu:///system", "/var/lib/libvirt/kcovlab"),
            ("qemu+ssh://me@host/system", "/var/lib/libvirt/kcovlab"),
            ("qemu+ssh://me@host/session", "/var/tmp/kcovlab-me"),
            ("qemu:///session", "/var/tmp/kcovlab-\(NSUserName())"),
        ])
    func pools(uri: String, directory: String) {
        #expect(FilePlacement.poolDirectory(for: uri) == directory)
        #expect(!FilePlacement.isEmbedded(uri))
        #expect(Hypervisor.host(of: uri) == (uri.contains("host") ? "host" : nil))
    }
}
