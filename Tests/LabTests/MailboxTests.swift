// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

@Suite("Mailboxes and places")
struct MailboxTests {
    @Test("What was posted comes in order, before and after somebody waits")
    func order() async {
        let box = Mailbox<Int>()
        box.post(1)
        box.post(2)
        let deadline = ContinuousClock.now + .seconds(60)
        for expected in 1...2 {
            guard case .element(expected) = await box.next(until: deadline) else {
                Issue.record("\(expected) did not come")
                return
            }
        }
        async let third = box.next(until: deadline)
        box.post(3)
        guard case .element(3) = await third else {
            Issue.record("3 did not come")
            return
        }
    }

    @Test("Waiting ends with its deadline, and with its task")
    func ends() async {
        let box = Mailbox<Int>()
        guard case .late = await box.next(until: .now) else {
            Issue.record("it waits for ever")
            return
        }
        guard case .late = await box.next(until: .now + .milliseconds(10)) else {
            Issue.record("it waits for ever")
            return
        }
        let task = Task { await box.next(until: .now + .seconds(600)) }
        task.cancel()
        guard case .cancelled = await task.value else {
            Issue.record("it was not cancelled")
            return
        }
    }

    @Test("The agent's marks are found in whatever pieces they come")
    func marks() {
        let text = Array(
            "[ 1.0] kcovlab-agent: ready\r\nkcovlab-agent: session 7\nnoise kcovlab-agent\n".utf8)
        for size in 1...text.count {
            var finder = ConsoleMarks()
            var found: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                found += finder.receive(Array(text[start..<min(start + size, text.count)]))
            }
            #expect(found == ["ready", "session 7"])
        }
        var finder = ConsoleMarks()
        #expect(finder.receive(Array(repeating: 0x41, count: 1 << 20)).isEmpty)
    }

    @Test("Limits grow with a slow guest and never shrink")
    func limits() {
        #expect(TimeLimits(bootSeconds: 0.5).factor == 1)
        #expect(TimeLimits(bootSeconds: 30).factor == 10)
        #expect(TimeLimits(factor: 2).scaled(1500) == 3000)
        #expect(TimeLimits(factor: 1e12).scaled(.max) == .max)
        #expect(TimeLimits(factor: 3).boot > TimeLimits(factor: 1).boot)
    }
}
