// SPDX-License-Identifier: Apache-2.0

import KernelBuild
import Lab
import Reports
import Testing

@Suite("Progress display")
struct ProgressDisplayTests {
    private func progress(_ done: Int, of expected: Int) -> RunEvent {
        .building(.progress(image: "a", done: done, expected: expected))
    }

    @Test("A terminal sees a bar with the objects done and the time left")
    func bar() {
        var display = ProgressDisplay(style: .plain, isLive: true)
        #expect(
            display.receive(progress(0, of: 200), at: 10)
                == [.status("[........................] a: 0 of 200 objects")])
        #expect(
            display.receive(progress(50, of: 200), at: 20)
                == [.status("[######..................] a: 50 of 200 objects, 30 s left")])
        #expect(
            display.receive(progress(200, of: 200), at: 60)
                == [.status("[########################] a: 200 of 200 objects")])
    }

    @Test("A build of more objects than expected never passes the end of its bar")
    func tooMany() {
        var display = ProgressDisplay(style: .plain, isLive: true)
        _ = display.receive(progress(10, of: 20), at: 0)
        #expect(
            display.receive(progress(30, of: 20), at: 1)
                == [.status("[########################] a: 30 of 30 objects")])
    }

    @Test("A log sees one line for each tenth")
    func log() {
        var display = ProgressDisplay(style: .plain, isLive: false)
        let lines = (0...100).flatMap { display.receive(progress($0, of: 100), at: Double($0)) }
        #expect(lines.count == 10)
        #expect(lines.first == .line("a: 10 of 100 objects, 1 min 30 s left"))
        #expect(lines.last == .line("a: 100 of 100 objects"))
    }

    @Test("A second build counts from its own start")
    func secondBuild() {
        var display = ProgressDisplay(style: .plain, isLive: false)
        _ = display.receive(progress(100, of: 100), at: 5)
        _ = display.receive(.building(.phase(image: "b", name: "compile")), at: 6)
        _ = display.receive(progress(0, of: 100), at: 10)
        #expect(
            display.receive(progress(10, of: 100), at: 20) == [.line("a: 10 of 100 objects, 1 min 30 s left")]
        )
    }

    @Test("A guest that ends as planned is not worth a line, one that does not is")
    func guestEnds() {
        var display = ProgressDisplay(style: .plain, isLive: false)
        #expect(display.receive(.guestEnded(number: 1, reason: nil), at: 0) == [.status(nil)])
        #expect(
            display.receive(.guestEnded(number: 2, reason: "panic"), at: 0) == [.line("guest 2 ended: panic")]
        )
    }
}
