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

    @Test func everyScenarioNamesPromises() throws {
        let silent = try ScenarioCatalog.load(directory: shipped.scenarios).scenarios
            .filter(\.kernelPromises.isEmpty)
        #expect(silent.isEmpty, "add promises: to \(silent.map(\.file).joined(separator: ", "))")
    }

    @Test func promisesHaveNamesOfTheirOwn() {
        let names = KernelPromise.all.map(\.name)
        #expect(Set(names).count == names.count)
        // A place that opens sections belongs to one promise, or its scenarios would be counted for another.
        let openers = KernelPromise.all.flatMap(\.openers)
        #expect(Set(openers).count == openers.count)
    }

    @Test func noiseRulesAreReadable() throws {
        let rules = try NoiseRules.load(shipped.noiseRules)
        #expect(rules.forbidden.contains { $0.function == "hrtimer_interrupt" })
        #expect(rules.tolerated.contains { $0.function == "switch_fpu_return" })
    }
}
