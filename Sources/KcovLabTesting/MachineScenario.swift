// SPDX-License-Identifier: Apache-2.0

import Installation
import Lab
import Reports
import ScenarioModel
public import Testing

/// One scenario on one kernel, as an argument of a test.
///
///     @Suite(.machine)
///     struct KcovTests {
///         @Test(arguments: try MachineScenario.shipped(on: ["debian-6.12"]))
///         func scenario(_ scenario: MachineScenario) async { await scenario.run() }
///     }
public struct MachineScenario: Sendable, CustomTestStringConvertible {
    /// A shipped image by name, or a recipe file.
    public let image: String
    let scenario: Scenario

    /// Every scenario that comes with kcovlab, on each of some images.
    ///
    /// - Throws: When the shipped files cannot be found or hold a mistake.
    public static func shipped(on images: [String]) throws -> [Self] {
        let shipped = try ShippedData.locate()
        return pairs(try ScenarioCatalog.load(directory: shipped.scenarios).scenarios, images)
    }

    /// Shipped scenarios by name, id or glob, and scenario files, on each of some images.
    ///
    /// - Throws: When one matches nothing or a file holds a mistake.
    public static func selected(_ selectors: [String], on images: [String]) throws -> [Self] {
        let shipped = try ShippedData.locate()
        return pairs(try ScenarioCatalog.load(directory: shipped.scenarios).select(selectors), images)
    }

    private static func pairs(_ scenarios: [Scenario], _ images: [String]) -> [Self] {
        images.flatMap { image in scenarios.map { Self(image: image, scenario: $0) } }
    }

    public var testDescription: String {
        ([scenario.id, scenario.name].compactMap(\.self) + ["on", image]).joined(separator: " ")
    }

    /// Runs the scenario as soon as there is room for its guest, and records an issue unless it is as promised.
    ///
    /// The kernel is built by the first scenario that needs it. All scenarios of an image share one session of this
    /// process; its guests end with the process, which the supervisor of the session sees to.
    public func run(sourceLocation: SourceLocation = #_sourceLocation) async {
        do {
            let result = try await SharedSessions.of(image).run(scenario)
            SharedSessions.log(image: image, file: scenario.file, outcome: result.outcome)
            switch result.outcome {
            case .passed, .knownIssue, .notApplicable: break
            case .failed, .flaky, .kernelFailed, .hostFailed, .skipped:
                let text = ScenarioText(style: TextStyle(usesColor: false)).lines(result)
                Issue.record(Comment(rawValue: text.joined(separator: "\n")), sourceLocation: sourceLocation)
            }
        } catch {
            SharedSessions.log(image: image, file: scenario.file, outcome: .hostFailed)
            Issue.record(
                Comment(rawValue: "\(image) cannot run scenarios: \(error)"), sourceLocation: sourceLocation)
        }
    }
}
