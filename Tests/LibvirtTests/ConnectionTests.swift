// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Libvirt

@Suite("Connections")
struct ConnectionTests {
    @Test(
        "What cannot be opened says so",
        arguments: [
            "qemu+tcp://127.0.0.1:1/system", "nonsense:///x", "qemu+tcp://no-such-host.invalid/system",
        ])
    func unreachable(uri: String) async {
        let error = await #expect(throws: LibvirtError.self) { _ = try await Connection.open(uri) }
        #expect(error?.message.isEmpty == false)
        #expect(error?.operation == "open \(uri)")
    }

    @Test("A peer that accepts and never answers is given up in time", .timeLimit(.minutes(1)))
    func silent() async throws {
        let peer = try SilentPeer()
        let start = ContinuousClock.now
        let error = await #expect(throws: LibvirtError.self) {
            _ = try await Connection.open(peer.uri, within: .seconds(1))
        }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(error?.message == "no answer within 1.0 seconds")
        #expect(error?.operation == "open \(peer.uri)")
    }

    @Test("Waiting for a peer ends with the task", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let peer = try SilentPeer()
        let task = Task { try await Connection.open(peer.uri, within: .seconds(3600)) }
        task.cancel()
        await #expect(throws: LibvirtError.self) { _ = try await task.value }
    }

    @Test("A peer that answers in time is open")
    func inTime() async throws {
        let connection = try await Connection.open("test:///default", within: .seconds(60))
        #expect(try await connection.hostCapacity().processors > 0)
    }

    @Test("libvirt's own test driver opens and has a version")
    func testDriver() async throws {
        let connection = try await Connection.open("test:///default")
        #expect(try await connection.hypervisorVersion() > 0)
        #expect(try connection.activeDomains().map(\.name) == ["test"])
    }

    @Test("Events become what a lab cares about")
    func events() {
        // VIR_DOMAIN_EVENT_STOPPED and its details.
        #expect(DomainEvent(event: 5, detail: 0) == .stopped(.shutDown))
        #expect(DomainEvent(event: 5, detail: 1) == .stopped(.destroyed))
        #expect(DomainEvent(event: 5, detail: 2) == .stopped(.crashed))
        #expect(DomainEvent(event: 5, detail: 4) == .stopped(.saved))
        #expect(DomainEvent(event: 5, detail: 5) == .stopped(.failed))
        // VIR_DOMAIN_EVENT_SUSPENDED because of an input or output error.
        #expect(DomainEvent(event: 3, detail: 2) == .paused(isError: true))
        #expect(DomainEvent(event: 3, detail: 0) == .paused(isError: false))
        #expect(DomainEvent(event: 4, detail: 0) == .resumed)
    }
}
