// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Lab
import Testing

@Suite("Locks")
struct SlotLockTests {
    private let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    @Test("Shared holders go together and keep an exclusive one out")
    func shared() throws {
        let file = directory.url.appending(path: "below/lock")
        var first = try SlotLock.attempt(file, .shared)
        var second = try SlotLock.attempt(file, .shared)
        #expect(first != nil && second != nil)
        #expect(try SlotLock.attempt(file) == nil)
        first = nil
        #expect(try SlotLock.attempt(file) == nil, "one holder is left")
        second = nil
        let exclusive = try #require(try SlotLock.attempt(file))
        #expect(try SlotLock.attempt(file, .shared) == nil)
        withExtendedLifetime(exclusive) {}
    }

    @Test("A lock ends with its holder though a process forked meanwhile has the file open")
    func inherited() throws {
        let file = directory.url.appending(path: "lock")
        var lock = try SlotLock.attempt(file)
        // A second descriptor of the same open file, as a child gets it.
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) == file.path
        }
        let copy = dup(try #require(descriptors.first.flatMap { Int32($0) }))
        try #require(copy >= 0)
        defer { close(copy) }
        #expect(try SlotLock.attempt(file) == nil)
        lock = nil
        #expect(!SlotLock.isHeld(file))
        #expect(try SlotLock.attempt(file) != nil)
        withExtendedLifetime(lock) {}
    }

    @Test("What the file says is replaced, not overwritten in part")
    func text() throws {
        let file = directory.url.appending(path: "lock")
        let lock = try #require(try SlotLock.attempt(file))
        lock.write("123456")
        lock.write("7")
        #expect(try String(contentsOf: file, encoding: .utf8) == "7")
    }

    @Test("A file that does not exist is held by nobody, and looking does not make it")
    func absent() {
        let file = directory.url.appending(path: "lock")
        #expect(!SlotLock.isHeld(file))
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }

    @Test("A lock that cannot be made says what to do")
    func impossible() throws {
        let file = directory.url.appending(path: "file")
        try Data().write(to: file)
        let error = #expect(throws: HostError.self) {
            _ = try SlotLock.attempt(file.appending(path: "lock"))
        }
        #expect(error?.advice?.contains("XDG_RUNTIME_DIR") == true)
    }
}
