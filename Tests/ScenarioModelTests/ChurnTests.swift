// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Testing

@testable import ScenarioModel

@Suite("Random walks")
struct ChurnTests {
    private func walk(
        hasTwoSlots: Bool, hasComparisons: Bool = true, seed: UInt64 = 5, steps: Int = 2000
    ) -> [Churn.Move] {
        var churn = Churn(
            descriptors: ["a", "b", "c"], hasTwoSlots: hasTwoSlots, hasComparisons: hasComparisons, seed: seed
        )
        return (0..<steps).map { _ in churn.next() }
    }

    @Test("The same seed gives the same walk, another seed another one")
    func seeds() {
        let texts = walk(hasTwoSlots: true).map(\.text)
        #expect(texts == walk(hasTwoSlots: true).map(\.text))
        #expect(texts != walk(hasTwoSlots: true, seed: 6).map(\.text))
    }

    @Test("Every call meets success and each of its errors", arguments: [true, false])
    func coverage(hasTwoSlots: Bool) {
        var seen: [String: Set<String>] = [:]
        for move in walk(hasTwoSlots: hasTwoSlots) {
            seen[move.verb, default: []].insert(move.expectation.spoken)
        }
        #expect(seen["enable"] == ["0", "EINVAL", "EBUSY"])
        #expect(seen["remote-enable"] == ["0", "EINVAL", "EBUSY", "EEXIST"])
        #expect(seen["disable"] == ["0", "EINVAL"])
        #expect(seen["init"] == ["EBUSY"])
    }

    @Test("A mode that is compiled out is refused where another would be taken")
    func comparisons() {
        let moves = walk(hasTwoSlots: true, hasComparisons: false).filter { $0.verb == "enable" }
        let refused = moves.filter { $0.expectation == .errno(524) }
        #expect(refused.count > 10)
        #expect(refused.allSatisfy { $0.arguments["mode"] == .integer(1) })
        #expect(moves.allSatisfy { $0.arguments["mode"] != .integer(1) || $0.expectation != .value(0) })
        #expect(moves.contains { $0.expectation == .value(0) })
    }

    @Test("One slot refuses what two slots allow")
    func slots() {
        func successes(_ hasTwoSlots: Bool) -> Int {
            walk(hasTwoSlots: hasTwoSlots).count { $0.verb == "remote-enable" && $0.expectation == .value(0) }
        }
        #expect(successes(true) > successes(false))
    }
}
