// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Diagnostics
import Testing

@testable import ScenarioModel

@Suite struct NoiseRulesTests {
    @Test(arguments: [
        ("tolerated: []\ninterrupts: [{function: a, reason: b}]", "expected a list of rules"),
        ("interrupts: [{function: a, reason: b}]", "needs the key 'tolerated'"),
        (
            "tolerated: [{function: a, reason: b}]\ninterrupts: [{function: c, reason: b}]",
            "needs the key 'cap'"
        ),
        (
            "tolerated: [{function: a, cap: 1}]\ninterrupts: [{function: c, reason: b}]",
            "needs the key 'reason'"
        ),
        (
            "tolerated: [{function: a, reason: b, cap: x}]\ninterrupts: [{function: c, reason: b}]",
            "takes a number"
        ),
        (
            "tolerated: [{function: a, reason: b, cap: 1}]\ninterrupts: [{function: a, reason: b}]",
            "both tolerated and forbidden"
        ),
    ])
    func badRulesAreRefused(_ text: String, _ says: String) throws {
        let error = #expect(throws: InputError.self) { try NoiseRules.read(text: text, file: "n.yaml") }
        #expect(try #require(error).description.contains(says))
    }
}
