// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GuestImage

@Suite struct CpioArchiveTests {
    @Test func `The bytes of a small archive are those of the format`() throws {
        var archive = CpioArchive()
        try archive.addFile("ab", contents: Data("xyz".utf8), mode: 0o644)
        let zero = "00000000"
        let file =
            "070701" + zero + "000081A4" + zero + zero + "00000001" + zero + "00000003" + zero + zero + zero
            + zero
            + "00000003" + zero + "ab\0" + "\0\0\0" + "xyz\0"
        let trailer =
            "070701" + zero + zero + zero + zero + "00000001" + zero + zero + zero + zero + zero + zero
            + "0000000B" + zero + "TRAILER!!!\0" + "\0\0\0"
        #expect(String(decoding: archive.serialized(), as: UTF8.self) == file + trailer)
    }

    @Test(arguments: ["/init", "a/../b", "", "a//b", "./a", "TRAILER!!!", "a\0b"])
    func `A path that would land elsewhere is refused`(path: String) {
        var archive = CpioArchive()
        #expect(throws: CpioArchive.PathError.self) { try archive.addFile(path, contents: Data()) }
        #expect(archive.serialized() == CpioArchive().serialized())
    }

    @Test func `The cpio program lists and unpacks what was written`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "cpio-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let agent = directory.appending(path: "agent")
        let contents = Data((0..<100_001).map { UInt8(truncatingIfNeeded: $0) })
        try contents.write(to: agent)
        let image = directory.appending(path: "initramfs")
        try Initramfs.make(agent: agent, at: image)

        let listing = try cpio(["-tvn", "--quiet", "-F", image.path], in: directory)
        let lines = listing.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.map(\.last) == ["dev", "dev/console", "proc", "sys", "tmp", "init"])
        #expect(
            lines.map(\.first) == [
                "drwxr-xr-x", "crw-------", "drwxr-xr-x", "drwxr-xr-x", "drwxrwxrwt", "-rwxr-xr-x",
            ])
        #expect(lines[1].contains("5,") && lines[1].contains("1"))

        _ = try cpio(["-id", "--quiet", "-F", image.path, "init"], in: directory)
        #expect(try Data(contentsOf: directory.appending(path: "init")) == contents)
    }

    @Test func `The same agent gives the same bytes`() throws {
        let agent = Data("agent".utf8)
        #expect(try Initramfs.archive(agent: agent) == Initramfs.archive(agent: agent))
    }

    private func cpio(_ arguments: [String], in directory: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["cpio"] + arguments
        process.currentDirectoryURL = directory
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }
}
