// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(10))) struct SandboxTests {
    let fake: FakeKernel

    init() throws { fake = try FakeKernel() }

    @Test func `A Makefile that tries everything changes nothing outside its build directory`() async throws {
        let victim = try fake.directory.write("untouched", to: "victim")
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: victim.path)
        let listener = try Listener()
        try fake.directory.write(
            """
            echo "user $(id -u)"
            echo changed > \(victim.path) && echo "escaped: wrote a file"
            echo changed > /kcovlab/source/kernel/a.c && echo "escaped: wrote the source"
            cat /etc/passwd && echo "escaped: read /etc"
            ls /root /home && echo "escaped: read a home"
            exec 3<>/dev/tcp/127.0.0.1/\(listener.port) && echo "escaped: opened a connection"
            echo x > /proc/sys/kernel/core_pattern && echo "escaped: wrote a setting"
            mount -t tmpfs none /tmp && echo "escaped: mounted"
            kill -0 \(getpid()) && echo "escaped: sees processes"
            echo mine > /kcovlab/build/mine && echo "may write the build directory"
            echo "home $HOME"
            env | grep -i -E 'token|secret|^SSH_|^USER=' && echo "escaped: saw the environment"
            true
            """, to: "tree/hook.sh")
        let result = try await fake.build()
        let log = try String(
            contentsOf: result.artifact.directory.appending(path: "build.log"), encoding: .utf8)
        let lines = log.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("escaped") } == [])
        #expect(lines.contains("may write the build directory"))
        #expect(lines.contains("home /nonexistent"))
        #expect(!lines.contains("user 0"))
        #expect(try String(contentsOf: victim, encoding: .utf8) == "untouched")
        #expect(result.kernel == (try fake.expectedKernel()))
    }

    /// What a kernel's report says its build tried.
    private static func attempts(
        _ result: (artifact: KernelArtifact, events: [BuildEvent], objects: Int, kernel: String)
    ) -> String? {
        result.artifact.remarks.first { $0.hasPrefix("the build tried to: ") }
    }

    /// A patch whose Makefile writes a file and opens a connection, and says nothing of it.
    private func hostilePatch(writing victim: String, connectingTo port: UInt16) throws -> URL {
        let makefile = try String(contentsOf: fake.tree.appending(path: "Makefile"), encoding: .utf8)
        let lines = makefile.split(separator: "\n", omittingEmptySubsequences: false)
        let place = try #require(lines.firstIndex(of: "vmlinux: $(objects)"))
        return try fake.directory.write(
            """
            --- a/Makefile
            +++ b/Makefile
            @@ -\(place + 1),2 +\(place + 1),4 @@
             \(lines[place])
            +\t@(echo changed > \(victim)) 2>/dev/null || true
            +\t@(exec 3<>/dev/tcp/127.0.0.1/\(port)) 2>/dev/null || true
             \(lines[place + 1])

            """, to: "hostile.patch")
    }

    @Test func `What a patch's Makefile tries in silence is contained, and the report says what it was`()
        async throws
    {
        // Not below /tmp, which is the sandbox's own.
        let place = URL(fileURLWithPath: "/var/tmp/kcovlab-victim-\(UUID())", isDirectory: true)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let victim = place.appending(path: "victim")
        try Data("untouched".utf8).write(to: victim)
        for path in [place.path, victim.path] {
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
        }
        let listener = try Listener()
        let recipe = fake.recipe(
            patches: [try hostilePatch(writing: victim.path, connectingTo: listener.port)])
        let expected = "the build tried to: write \(victim.path), connect to 127.0.0.1:\(listener.port)"

        let first = try await fake.build(recipe)
        #expect(try String(contentsOf: victim, encoding: .utf8) == "untouched")
        #expect(listener.connections == 0)
        #expect(first.artifact.remarks.suffix(1) == [expected])
        #expect(first.events.remarks.contains(expected))
        let again = try await fake.build(recipe)
        #expect(again.events.wasReused && again.artifact.remarks == first.artifact.remarks)
        // The kernel without the patch, which starts from that build, has tried nothing.
        #expect(Self.attempts(try await fake.build()) == nil)
    }

    @Test func `No way of naming a file hides it, and what a build does every day is no attempt`()
        async throws
    {
        try fake.directory.write(
            #"""
            exec 2> /dev/null
            cd /kcovlab/build
            echo > /tmp/own; echo > own; mkdir -p below; cd below; mv ../own ./own; rm own; cd ..
            echo > /dev/stdout; echo > /proc/self/comm; cat /etc/passwd > /dev/null
            (echo > ../../one)
            ln -s ../../two link; ln -s link chain; (echo > chain); rm -f link chain
            rm -f /etc/ld.so.cache; mkdir $'/fo\e[2Jur, 4'; echo > own; mv own /five; chmod 777 /usr
            ln -s x /six; cd /; (echo > seven); (echo > kcovlab/build/own); (echo > /kcovlab/source/eight)
            true
            """#, to: "tree/hook.sh")
        let remark = try #require(Self.attempts(try await fake.build()))
        let list = remark.replacing("the build tried to: ", with: "").split(separator: ", ")
        #expect(
            list == [
                "write /one", "write /two", "delete /etc/ld.so.cache", "write /fo\\x1b[2Jur\\x2c\\x204",
                "write /five", "delete /five", "change /usr", "write /six", "write /seven",
                "write /kcovlab/source/eight",
            ])
    }

    @Test func `What a build says of itself has an end`() async throws {
        try fake.directory.write(
            "for i in $(seq 200); do (echo > /outside/$i) 2> /dev/null; done; true", to: "tree/hook.sh")
        let remark = try #require(Self.attempts(try await fake.build()))
        #expect(remark.utf8.count < 1200)
        #expect(remark.contains("write /outside/1, write /outside/2, "))
        let more = try #require(remark.split(separator: ", and ").last)
        let shown = remark.split(separator: ", ").count - 1
        #expect(more == "\(200 - shown) attempts more")
    }

    @Test func `A build that fails tells what it tried as well`() async throws {
        try fake.write("FAIL\n", to: "b")
        try fake.directory.write(
            String(contentsOf: fake.tree.appending(path: "Makefile"), encoding: .utf8)
                .replacing(
                    "savedefconfig:\n", with: "savedefconfig:\n\t-@echo > /etc/cron.d/x 2>/dev/null\n"),
            to: "tree/Makefile")
        var events: [BuildEvent] = []
        await #expect(throws: KernelBuildFailure.self) {
            try await fake.builder().build(fake.recipe()) { events.append($0) }
        }
        #expect(events.remarks.last == "the build tried to: write /etc/cron.d/x")
    }

    @Test func `A product that is a link is not followed`() async throws {
        let secret = try fake.directory.write("secret", to: "secret")
        try fake.directory.write(
            "rm -f $PWD/../build/vmlinux; ln -s \(secret.path) /kcovlab/build/vmlinux; touch /kcovlab/build/arch/x86/boot/x",
            to: "tree/hook.sh")
        await #expect(throws: (any Error).self) { try await fake.build() }
        let kernels = try FileManager.default.contentsOfDirectory(
            atPath: fake.cache.appending(path: "kernels").path)
        #expect(kernels == [])
    }

    /// A TCP port of this machine to which one can connect.
    private final class Listener {
        let port: UInt16
        private let socket: Int32
        private var accepted = 0

        init() throws {
            let socket = Glibc.socket(
                AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            // Safety: the address lives for the calls, and is as long as they are told.
            let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                    unsafe bind(socket, general, length) | listen(socket, 16)
                        | getsockname(socket, general, &length)
                }
            }
            self.socket = socket
            port = UInt16(bigEndian: address.sin_port)
            try #require(result == 0)
        }

        /// How many connected so far.
        var connections: Int {
            while true {
                let connection = accept(socket, nil, nil)
                if connection < 0 { return accepted }
                accepted += 1
                close(connection)
            }
        }

        deinit { close(socket) }
    }
}
