// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Diagnostics
import Foundation
import Installation
import Testing

@testable import ScenarioModel

/// The files that come with kcovlab.
@Suite struct ShippedScenarioTests {
    private let shipped = ShippedData(
        home: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent())

    @Test func everyFileIsSound() throws {
        let catalog = try ScenarioCatalog.load(directory: shipped.scenarios)
        #expect(catalog.scenarios.count == ScenarioCheck.files(in: shipped.scenarios).count)
        for scenario in catalog.scenarios {
            let file = scenario.id.map { "\($0)-\(scenario.name).yaml" } ?? "\(scenario.name).yaml"
            #expect(scenario.file.hasSuffix("/" + file), "the file is named after id and name")
        }
    }

    @Test func noiseRulesAreReadable() throws {
        let rules = try NoiseRules.load(shipped.noiseRules)
        #expect(rules.interrupts.contains { $0.function == "hrtimer_interrupt" })
        #expect(rules.tolerated.contains { $0.function == "switch_fpu_return" })
    }
}
