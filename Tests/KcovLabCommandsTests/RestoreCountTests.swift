// SPDX-License-Identifier: Apache-2.0

import Lab
import Testing

@testable import KcovLabCommands

@Suite("Restored guests")
struct RestoreCountTests {
    private func restored(_ events: [RunEvent]) -> Int {
        var count = RestoreCount()
        for event in events { count.receive(event) }
        return count.restored
    }

    @Test("A guest that was restored and answered counts; one that was booted to be saved does not")
    func restores() {
        #expect(
            restored([
                .guestStarting(number: 1, cold: true), .guestReady(number: 1, seconds: 3),
                .guestStarting(number: 1, cold: false), .guestReady(number: 1, seconds: 0.3),
                .guestEnded(number: 1, reason: nil),
                .guestStarting(number: 1, cold: false), .guestReady(number: 1, seconds: 0.3),
            ]) == 2)
    }

    @Test("A restore that failed, after which the guest booted, does not count")
    func failures() {
        #expect(
            restored([
                .guestStarting(number: 1, cold: false),
                .remark("restoring a guest failed, so each one boots: x"),
                .guestStarting(number: 1, cold: true), .guestReady(number: 1, seconds: 3),
            ]) == 0)
        #expect(restored([.guestStarting(number: 1, cold: false)]) == 0, "it never answered")
    }
}
