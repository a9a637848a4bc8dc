// SPDX-License-Identifier: Apache-2.0

import Installation
import KcovLabTesting
import Testing

@Suite("Shipped scenarios", .machine)
struct ShippedScenarioTests {
    private static let images =
        Settings.current.testImages ?? ["debian-6.12-simultaneous", "debian-6.12"]

    @Test("A scenario holds", arguments: try MachineScenario.shipped(on: images))
    func scenario(_ scenario: MachineScenario) async {
        await scenario.run()
    }
}
