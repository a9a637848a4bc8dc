// SPDX-License-Identifier: Apache-2.0

import Lab
import Testing

@Suite("Whose runs are over")
struct RunMarkTests {
    private let here = Controller(machine: "a1", boot: "b1")
    private let dead = ProcessIdentity(process: ProcessIdentity.current.process, started: 1)

    private func mark(_ controller: Controller, _ supervisor: ProcessIdentity) -> RunMark {
        RunMark(run: "0123abcd", controller: controller, supervisor: supervisor)
    }

    @Test("A run of this machine is over when its supervisor is gone, or the machine was restarted")
    func own() {
        #expect(!mark(here, .current).isOver(on: here))
        #expect(mark(here, dead).isOver(on: here))
        #expect(mark(Controller(machine: "a1", boot: "b0"), .current).isOver(on: here))
    }

    @Test("A run of another machine is never over, whatever the number of its process means here")
    func others() {
        for boot in ["b1", "b2"] {
            for supervisor in [dead, .current] {
                #expect(!mark(Controller(machine: "a2", boot: boot), supervisor).isOver(on: here))
            }
        }
    }

    @Test("A mark is the name of a volume and is read from it")
    func names() {
        let mark = RunMark(run: "0123abcd", controller: .current, supervisor: .current)
        #expect(RunMark(volume: mark.volume) == mark)
        #expect(mark.volume.utf8.count < 200, "a file name has 255 bytes")
        #expect(!mark.isOver())
    }

    @Test(
        "Other volumes are no marks",
        arguments: [
            "", "owner", "owner-0123abcd-a-b-1", "owner-0123abcd-a-b-1-2-3", "owner-xyz-a-b-1-2",
            "owner-0123abcd-a-b-x-2", "lease-0123abcd-a-b-1-2", "kernel-0123abcd",
        ])
    func strangers(name: String) {
        #expect(RunMark(volume: name) == nil)
    }

    @Test("This machine is the same each time it is asked, and has both parts")
    func controller() {
        #expect(Controller.current == Controller.current)
        #expect(Controller.current.machine.count == 32 && Controller.current.boot.count == 32)
        #expect(Controller.current.machine != Controller.current.boot)
    }
}
