// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Diagnostics
import Testing

@testable import ScenarioModel

@Suite struct NoiseRulesTests {
    @Test(arguments: [
        ("tolerated: []\nforbidden: [{function: a, reason: b}]", "expected a list of rules"),
        ("forbidden: [{function: a, reason: b}]", "needs the key 'tolerated'"),
        (
            "tolerated: [{function: a}]\nforbidden: [{function: c, reason: b}]",
            "needs the key 'reason'"
        ),
        (
            "tolerated: [{function: a, reason: b, cap: 1}]\nforbidden: [{function: c, reason: b}]",
            "has no key 'cap'"
        ),
        (
            "tolerated: [{function: a, reason: b}]\nforbidden: [{function: a, reason: b}]",
            "both tolerated and forbidden"
        ),
    ])
    func badRulesAreRefused(_ text: String, _ says: String) throws {
        let error = #expect(throws: InputError.self) { try NoiseRules.read(text: text, file: "n.yaml") }
        #expect(try #require(error).description.contains(says))
    }
}
