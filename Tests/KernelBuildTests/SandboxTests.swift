// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(2))) struct SandboxTests {
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

    /// A TCP port of this machine that accepts.
    private final class Listener {
        let port: UInt16
        private let process: Process

        init() throws {
            process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "python3", "-c",
                "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); "
                    + "print(s.getsockname()[1], flush=True); sys.stdin.read()",
            ]
            let output = Pipe()
            process.standardOutput = output
            process.standardInput = Pipe()
            try process.run()
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            port = try #require(UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        }

        deinit { process.terminate() }
    }
}
