// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Diagnostics
import Foundation
import Testing

@Suite("Console rules")
struct ConsoleRulesTests {
    static let phases = """
        phases:
          kernel: ["Linux version *"]
          start: ["Run /init *"]
          agent: ["kcovlab-agent: ready*"]
        """

    @Test("The shipped rules are valid and every tolerance has a reason")
    func shipped() throws {
        let rules = try Shipped.rules
        #expect(rules.kinds.count >= 25)
        #expect(rules.tolerated.allSatisfy { !$0.reason.isEmpty })
        #expect(rules.expired.isEmpty)
    }

    @Test(
        "A list that cannot be used is an error that names its place",
        arguments: [
            ("", "the file is empty"),
            ("kinds: []\n", "takes a list with at least one entry"),
            ("kinds: nothing\n", "takes a list with at least one entry"),
            ("tolerated: []\n", "needs the key 'kinds'"),
            ("kinds:\n  - name: x\n", "has no pattern in 'starts'"),
            ("kinds:\n  - name: x\n    starts: ['***']\n", "is not a pattern"),
            ("kinds:\n  - name: x\n    starts: ['a']\n    colour: red\n", "no key 'colour'"),
            ("kinds:\n  - name: x\n    starts: ['a']\n    fatal: maybe\n", "true or false"),
            ("kinds:\n  - {name: x, starts: [a]}\n  - {name: x, starts: [b]}\n", "written twice"),
            (
                "kinds:\n  - {name: x, starts: [a]}\ntolerated:\n  - {kind: y, title: t, reason: r}\n",
                "no kind 'y'"
            ),
            (
                "kinds:\n  - {name: x, starts: [a]}\ntolerated:\n  - {kind: x, title: t}\n",
                "needs the key 'reason'"
            ),
            (
                "kinds:\n  - {name: x, starts: [a]}\n"
                    + "tolerated:\n  - {kind: x, title: t, reason: r, expires: soon}\n",
                "YYYY-MM-DD"
            ),
            ("kinds: [", "not valid YAML"),
        ])
    func rejected(text: String, message: String) {
        let error = #expect(throws: InputError.self) {
            try ConsoleRules(text: text.isEmpty ? "" : text + Self.phases, file: "console.yaml")
        }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.contains("console.yaml:") == true)
    }

    @Test("Rules without phases are an error")
    func noPhases() {
        #expect(throws: InputError.self) {
            try ConsoleRules(text: "kinds:\n  - {name: x, starts: [a]}\n", file: "console.yaml")
        }
    }

    @Test("A file that is not there is an error")
    func missing() {
        #expect(throws: InputError.self) {
            try ConsoleRules(load: URL(fileURLWithPath: "/nonexistent/console.yaml"))
        }
    }

    @Test(
        "A line with the time stamp of printk shows that the kernel runs, whatever it says",
        arguments: [
            ("[    0.000000] a warning\n", ConsolePhase.kernel), ("<4>[   12.345678][    T1] x\n", .kernel),
            ("SeaBIOS (version 1.16)\n", .firmware), ("[ 0.0] not a stamp\n", .firmware),
        ])
    func stamps(line: String, phase: ConsolePhase) throws {
        var watch = ConsoleWatch(rules: try Shipped.rules)
        #expect(watch.receive(line.utf8).isEmpty)
        #expect(watch.phase == phase)
    }

    @Test("A tolerance ends with its day, and says so when nobody uses it")
    func expiry() throws {
        let text = """
            kinds:
              - {name: x, starts: ["bad *"], ends: ["bad *"]}
            tolerated:
              - {kind: x, title: "bad thing", reason: known, expires: 2026-06-30}

            """
        let before = try ConsoleRules(text: text + Self.phases, file: "r.yaml", today: "2026-06-30")
        let after = try ConsoleRules(text: text + Self.phases, file: "r.yaml", today: "2026-07-01")
        #expect(after.expired.map(\.title) == ["bad thing"])
        var watch = ConsoleWatch(rules: before)
        #expect(before.unused(by: []).map(\.title) == ["bad thing"])
        #expect(watch.receive("bad thing\n".utf8).isEmpty)
        #expect(watch.tolerated.map(\.reason) == ["known"])
        #expect(before.unused(by: watch.tolerated.map(\.report)).isEmpty)
        #expect(watch.receive("bad other thing\n".utf8).count == 1)
        var later = ConsoleWatch(rules: after)
        #expect(later.receive("bad thing\n".utf8).map(\.kind) == ["x"])
    }
}
