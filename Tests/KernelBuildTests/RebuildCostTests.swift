// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KernelBuild

@Suite("What a relative costs") struct RebuildCostTests {
    @Test func `A header weighs more than options, options more than code`() {
        let code = RebuildCost(changed: ["kernel/kcov.c", "kernel/fork.c"], options: 0)
        let options = RebuildCost(changed: [], options: 2)
        let header = RebuildCost(changed: ["include/linux/sched.h"], options: 0)
        #expect(code.weight < options.weight && options.weight < header.weight)
        #expect(header.hasHeaders && !code.hasHeaders && !options.hasHeaders)
        #expect(RebuildCost(changed: [], options: 0).weight == 0)
    }
}
