// SPDX-License-Identifier: Apache-2.0

import Foundation
import Lab
import Testing

/// Runs are processes of their own: what they share is a directory, so each holder here has its own `Admission`.
@Suite("Admission of guests of several runs", .timeLimit(.minutes(1)))
struct AdmissionSharingTests {
    private let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    private func admission(places: Int = 2, memory: Int = 2000) -> Admission {
        Admission(directory: directory.url.appending(path: "admission"), places: places, memory: memory)
    }

    /// Asks for a guest in a task of its own and returns once that waits.
    private func waiting(_ memory: Int, on admission: Admission) async -> Task<Admission.Ticket, any Error> {
        let (waits, continuation) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await admission.admit(processors: 2, memory: memory) { continuation.yield() }
        }
        for await _ in waits { break }
        return task
    }

    @Test("One run waits for memory that another gives back")
    func memory() async throws {
        var holder: Admission.Ticket? = try await admission().admit(processors: 2, memory: 1500)
        let waiter = await waiting(1500, on: admission())
        // There is room for a small guest, whoever waits for more.
        let small = try await admission().admit(processors: 2, memory: 100)
        holder = nil
        let ticket = try await waiter.value
        #expect(ticket.waited > 0)
        withExtendedLifetime((holder, small, ticket)) {}
    }

    @Test("All who wait get their turn")
    func turns() async throws {
        var holder: Admission.Ticket? = try await admission(places: 1).admit(processors: 1, memory: 64)
        let (waits, waiting) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup { group in
            for _ in 0..<5 {
                let admission = admission(places: 1)
                group.addTask {
                    // Given back at once, so that the next one gets it.
                    _ = try await admission.admit(processors: 1, memory: 64) { waiting.yield() }
                }
            }
            var count = 0
            for await _ in waits {
                count += 1
                if count == 5 { break }
            }
            holder = nil
            try await group.waitForAll()
        }
        withExtendedLifetime(holder) {}
    }

    @Test("Who gives up waiting takes nothing with him", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        var holder: Admission.Ticket? = try await admission().admit(processors: 4, memory: 64)
        let waiter = await waiting(64, on: admission())
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        holder = nil
        // Both places and all the memory are there; perhaps after a moment, in which a child of another test that is being
        // started still has a copy of the lock's descriptor.
        let all = try await admission().admit(processors: 4, memory: 1808)
        withExtendedLifetime((holder, all)) {}
    }

    @Test("A claim too large says how much there is")
    func tooLarge() async {
        let error = await #expect(throws: HostError.self) {
            try await admission(memory: 600).admit(processors: 1, memory: 512)
        }
        #expect(error?.seen.contains("600 MiB") == true)
        #expect(error?.advice != nil)
    }
}
