// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ScenarioModel

struct ImpliedConditionTests {
    /// Whether a scenario with these steps and expectations, and more at the top, applies to kernels that claim this.
    private func applies(
        _ steps: String, expect: String = "count: 0", top: String = "kcov: {local: 512}",
        to features: String...
    ) throws -> Bool {
        let text = """
            name: implied
            about: A scenario.
            \(top)
            tasks:
              main:
            \(steps.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            expect:
              local:
                - \(expect)
            """
        let scenario = try ScenarioReader.read(text: text, file: "s.yaml")
        return scenario.applies(toKernelWith: Set(features))
    }

    private let enable = "- enable: local"
    private let compare = "- enable: {kcov: local, mode: cmp}"

    @Test(arguments: ["- enable: {kcov: local, mode: cmp}", "- enable: {kcov: local, mode: 1}"])
    func comparisonModeMustExist(_ step: String) throws {
        #expect(try applies(step))
        #expect(try !applies(step, to: "pc-only"))
        #expect(try !applies("- repeat: {count: 2}\n  do:\n    \(step)", to: "pc-only"))
    }

    @Test func otherModesAreEverywhere() throws {
        #expect(try applies(enable, to: "pc-only"))
        #expect(try applies("- enable: {kcov: local, mode: 2}\n  expect: EINVAL", to: "pc-only"))
    }

    @Test func whoMentionsTheFeatureKnowsWhatHeDoes() throws {
        #expect(try applies("- enable: local\n\(compare)\n  when: not pc-only", to: "pc-only"))
        #expect(try applies("\(compare)\n  expect: {pc-only: ENOTSUPP, otherwise: 0}", to: "pc-only"))
        let top = "requires: pc-only\nkcov: {local: 512}"
        #expect(try applies("\(compare)\n  expect: ENOTSUPP", top: top, to: "pc-only"))
        #expect(try !applies("\(compare)\n  expect: ENOTSUPP", top: top))
    }

    @Test(arguments: ["present: [f]", "absent: [f]", "count: {at-least: 1}", "calls: {f: 1}"])
    func coverageMustBeThere(_ expectation: String) throws {
        #expect(try applies(enable, expect: expectation))
        #expect(try !applies(enable, expect: expectation, to: "uninstrumented"))
    }

    @Test(arguments: ["count: 0", "corrupt: it is", "unchecked: it is"])
    func someExpectationsNeedNone(_ expectation: String) throws {
        #expect(try applies(enable, expect: expectation, to: "uninstrumented"))
    }

    @Test func waitingForCoverageNeedsIt() throws {
        #expect(try !applies("- call: getppid\n  await: local", to: "uninstrumented"))
        #expect(try !applies("- wait-calls: {buffer: local, function: f}", to: "uninstrumented"))
        let top = "requires: uninstrumented\nkcov: {local: 512}"
        #expect(try applies(enable, top: top, to: "uninstrumented"))
    }
}
