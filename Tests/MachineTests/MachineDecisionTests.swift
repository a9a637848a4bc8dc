// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KcovLabTesting

@Suite("Tests that need guests")
struct MachineDecisionTests {
    private let obstacles = ["qemu-system-x86_64: not in PATH", "libvirt: no driver"]

    @Test("They run where nothing is in the way")
    func run() {
        #expect(MachineDecision(obstacles: [], required: false) == .run)
        #expect(MachineDecision(obstacles: [], required: true) == .run)
    }

    @Test("Elsewhere they say what is missing, and fail only where a machine is required")
    func missing() {
        let text = """
            this machine cannot run guests:
            qemu-system-x86_64: not in PATH
            libvirt: no driver
            """
        #expect(MachineDecision(obstacles: obstacles, required: false) == .skip(text))
        #expect(MachineDecision(obstacles: obstacles, required: true) == .fail(text))
    }
}
