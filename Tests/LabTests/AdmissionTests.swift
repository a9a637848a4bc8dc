// SPDX-License-Identifier: Apache-2.0

import Foundation
import Libvirt
import Testing

@testable import Lab

@Suite("Admission of guests")
struct AdmissionTests {
    private let directory: TestDirectory
    private let admission: Admission

    init() throws {
        directory = try TestDirectory()
        admission = Admission(directory: directory.url.appending(path: "admission"), places: 2, memory: 2000)
    }

    @Test("Guests run at once as cores allow, and one more waits until one ends")
    func places() async throws {
        var first: Admission.Ticket? = try await admission.admit(processors: 2, memory: 256)
        let second = try await admission.admit(processors: 2, memory: 256)
        let (waits, continuation) = AsyncStream<Void>.makeStream()
        let admission = admission
        let third = Task { try await admission.admit(processors: 2, memory: 256) { continuation.yield() } }
        for await _ in waits { break }
        first = nil
        _ = try await third.value
        withExtendedLifetime((first, second)) {}
    }

    @Test("Guests run at once as memory allows")
    func memory() async throws {
        let large = try await admission.admit(processors: 2, memory: 1500)
        let (waits, continuation) = AsyncStream<Void>.makeStream()
        let admission = admission
        let waiting = Task { try await admission.admit(processors: 2, memory: 1500) { continuation.yield() } }
        for await _ in waits { break }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        withExtendedLifetime(large) {}
    }

    @Test("A guest that can never fit is refused at once")
    func tooLarge() async {
        await #expect(throws: HostError.self) { try await admission.admit(processors: 1, memory: 4000) }
    }

    @Test("Another machine has places of its own, as many as it has processors")
    func remote() async throws {
        let connection = try await Connection.open("test:///default")
        let capacity = try await connection.hostCapacity()
        let local = try await Admission.of(connection, runtime: directory.url)
        #expect(local.places == ProcessInfo.processInfo.activeProcessorCount)
        #expect(local.directory.lastPathComponent == "admission")
        // libvirt's own test driver has a machine of 16 processors and 3 GiB.
        #expect(capacity == HostCapacity(processors: 16, memory: 3072))
        let remote = Admission(host: "qemu+tcp://h/system", capacity: capacity, runtime: directory.url)
        #expect(remote.places == 16 && remote.memory == 2048)
        #expect(
            remote.capacity(processors: 2, memory: 512) == 2, "its memory, not its processors, is the limit")
        let another = Admission(host: "qemu+tcp://i/system", capacity: capacity, runtime: directory.url)
        #expect(Set([local, remote, another].map(\.directory)).count == 3)
    }

    @Test("At least one guest fits, whatever the machine is like")
    func capacity() {
        #expect(admission.capacity(processors: 2, memory: 512) == 2)
        #expect(admission.capacity(processors: 16, memory: 512) == 1)
        #expect(admission.capacity(processors: 1, memory: 1500) == 1)
    }

    @Test("A lock ends with its holder")
    func locks() throws {
        let file = directory.url.appending(path: "lock")
        var lock = try SlotLock.attempt(file)
        #expect(lock != nil)
        #expect(try SlotLock.attempt(file) == nil)
        #expect(SlotLock.isHeld(file))
        lock = nil
        #expect(!SlotLock.isHeld(file))
        #expect(try SlotLock.attempt(file) != nil)
    }
}
