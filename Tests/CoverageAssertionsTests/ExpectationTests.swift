// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Testing

/// One promise, a trace that keeps it, one that breaks it, and words the finding must contain.
struct ExpectationCase: CustomTestStringConvertible, Sendable {
    let expectation: CoverageExpectation
    let keeps: [UInt64]
    let breaks: [UInt64]
    let says: [String]

    var testDescription: String { expectation.description }
}

@Suite struct ExpectationTests {
    typealias K = SampleKernel

    static let cases = functionCases + sequenceCases + placeCases

    static let functionCases: [ExpectationCase] = [
        ExpectationCase(
            expectation: .present(["handle_tx_kick"]), keeps: [K.kick], breaks: [K.flush],
            says: ["no program counter of handle_tx_kick", "vhost_flush_work 1"]),
        ExpectationCase(
            expectation: .present([FunctionChoice("work", or: ["handle_tx_kick"])]), keeps: [K.kick],
            breaks: [K.flush], says: ["work or handle_tx_kick"]),
        ExpectationCase(
            expectation: .present(["helper"]), keeps: [K.work[1]], breaks: [K.work[0]],
            says: ["no program counter of helper"]),
        ExpectationCase(
            expectation: .absent(["eventfd_write"]), keeps: [K.kick], breaks: [K.kick, K.write],
            says: [
                "1 program counters of eventfd_write",
                "right after 0x2000 handle_tx_kick drivers/vhost/net.c:30",
            ]),
        ExpectationCase(
            expectation: .absent(["helper"]), keeps: [K.work[0]], breaks: [K.work[1]],
            says: ["helper", "first thing recorded"]),
        ExpectationCase(
            expectation: .absent([FunctionChoice("missing_here", or: ["work"])]), keeps: [K.kick],
            breaks: [K.work[0]], says: ["program counters of work"]),
        ExpectationCase(
            expectation: .calls("handle_tx_kick", .exactly(2)), keeps: [K.kick, K.kickBody, K.kick],
            breaks: [K.kick], says: ["1 calls"]),
        ExpectationCase(
            expectation: .calls("handle_tx_kick", .within(2...3)), keeps: [K.kick, K.kick],
            breaks: [K.kick, K.kick, K.kick, K.kick], says: ["2 to 3", "4 calls"]),
        ExpectationCase(
            expectation: .calls("handle_tx_kick", .multiple(2, of: "vhost_flush_work")),
            keeps: [K.kick, K.kick, K.flush], breaks: [K.kick, K.flush],
            says: ["1 calls of handle_tx_kick, 1 calls of vhost_flush_work"]),
        ExpectationCase(
            expectation: .calls("handle_tx_kick", .multiple(2, of: "vhost_flush_work")),
            keeps: [K.kick, K.kick, K.flush], breaks: [K.work[0]], says: ["0 calls of vhost_flush_work"]),
        ExpectationCase(
            expectation: .count(2...2), keeps: [K.kick, K.kick], breaks: [K.kick],
            says: ["count = 1", "handle_tx_kick 1"]),
        ExpectationCase(expectation: .count(0...0), keeps: [], breaks: [K.kick], says: ["count = 1"]),
    ]

    private static let eightCalls = Array(repeating: K.work, count: 8).flatMap(\.self)

    static let sequenceCases: [ExpectationCase] = [
        ExpectationCase(
            expectation: .exactly(times: 2, including: ["work"]),
            keeps: [K.work[0], K.work[1], K.exit, K.work[0], K.work[1]],
            breaks: [K.work[0], K.work[1], K.work[0]],
            says: ["1 of 2 addresses", "0x1010 helper include/linux/helper.h:5"]),
        ExpectationCase(
            expectation: .exactly(times: 1, including: ["work"]), keeps: K.work,
            breaks: [K.work[0], K.work[1], K.kick, K.kick],
            says: ["2 x 0x2000 handle_tx_kick"]),
        ExpectationCase(
            expectation: .exactly(times: 1, including: ["work"]), keeps: K.work, breaks: [K.kick],
            says: ["no program counter of work"]),
        ExpectationCase(
            expectation: .exactly(times: 1, including: ["work"]),
            keeps: K.work + Array(repeating: K.exit, count: 64),
            breaks: K.work + Array(repeating: K.exit, count: 65),
            says: ["switch_fpu_return, which is noise, at most 64 times / 65", "preempted"]),
        ExpectationCase(
            expectation: .exactly(times: 8, including: ["work"]),
            keeps: eightCalls + [K.timer, K.timer],
            breaks: eightCalls + [K.timer, K.timer, K.timer],
            says: ["1 of 3 addresses", "3 x 0x8000 hrtimer_active"]),
        ExpectationCase(
            expectation: .exactly(times: 1, including: ["work"]), keeps: K.work,
            breaks: K.work + [K.timer, K.timer],
            says: ["2 x 0x8000 hrtimer_active"]),
        ExpectationCase(
            expectation: .exactly(times: 8, including: ["hrtimer_active"]),
            keeps: Array(repeating: K.timer, count: 8), breaks: [K.timer], says: ["another number of times"]),
        ExpectationCase(
            expectation: .exactly(times: 1, including: ["switch_fpu_return"]), keeps: [K.exit],
            breaks: [K.exit, K.exit],
            says: ["another number of times"]),
        ExpectationCase(
            expectation: .deterministic(times: 8, including: ["work"], score: 90),
            keeps: eightCalls + [K.exit], breaks: eightCalls + [K.exit, K.exit, K.exit, K.timer],
            says: [
                "at least 90 %",
                "determinism 80.0 %: spread 0, 4 of 20 program counters are spurious (switch_fpu_return 3, hrtimer_active 1)",
            ]),
        ExpectationCase(
            expectation: .deterministic(times: 8, including: ["work"], score: 0), keeps: eightCalls,
            breaks: Array(eightCalls.dropLast()), says: ["1 of 2 addresses occur another number of times"]),
        ExpectationCase(
            expectation: .repeats(times: 2), keeps: [K.kick, K.flush, K.exit, K.kick, K.flush],
            breaks: [K.kick, K.flush, K.flush, K.kick], says: ["copy 2 differs", "0x3000"]),
        ExpectationCase(
            expectation: .repeats(times: 2), keeps: [K.kick, K.kick], breaks: [K.kick, K.kick, K.kick],
            says: ["2 copies cannot have"]),
        ExpectationCase(
            expectation: .repeats(times: 1), keeps: [K.kick], breaks: [K.exit], says: ["0 program counters"]),
        ExpectationCase(
            expectation: .inARow("handle_tx_kick", times: 3...4),
            keeps: [K.kick, K.kickBody, K.kickBody, K.kickBody, K.exit],
            breaks: [K.kick, K.kickBody, K.kickBody, K.kick, K.flush, K.flush, K.flush], says: ["2 at most"]),
        ExpectationCase(
            expectation: .sections(startingWith: "handle_tx_kick", count: 2...2, alike: true),
            keeps: [K.flush, K.kick, K.kickBody, K.kick, K.exit, K.kickBody],
            breaks: [K.kick, K.kickBody, K.kick], says: ["section 2 has 1", "the end of the section"]),
        ExpectationCase(
            expectation: .sections(startingWith: "handle_tx_kick", count: 2...2, alike: false),
            keeps: [K.kick, K.kickBody, K.kick], breaks: [K.kick], says: ["1 sections"]),
        ExpectationCase(
            expectation: .order(["handle_tx_kick", "vhost_flush_work", "handle_tx_kick"]),
            keeps: [K.kick, K.kick, K.write, K.flush, K.kick], breaks: [K.kick, K.flush],
            says: ["order: handle_tx_kick, vhost_flush_work", "place 3"]),
        ExpectationCase(
            expectation: .order(["handle_tx_kick", "vhost_flush_work"]), keeps: [K.kick, K.flush],
            breaks: [K.write], says: ["none of these calls"]),
    ]

    static let placeCases: [ExpectationCase] = [
        ExpectationCase(
            expectation: .files(present: ["drivers/vhost/"], absent: []), keeps: [K.kick], breaks: [K.write],
            says: ["no program counter in drivers/vhost/", "fs/eventfd.c"]),
        ExpectationCase(
            expectation: .files(present: [], absent: ["include/linux/helper.h"]), keeps: [K.kick],
            breaks: K.work,
            says: ["file absent: include/linux/helper.h"]),
        ExpectationCase(
            expectation: .within(["drivers/vhost/"]), keeps: [K.kick, K.flush, K.exit],
            breaks: [K.kick, K.write],
            says: ["1 program counters elsewhere", "fs/eventfd.c:50"]),
        ExpectationCase(
            expectation: .within(["drivers/vhost/"]), keeps: [K.kick], breaks: [K.exit],
            says: ["nothing but noise"]),
        ExpectationCase(
            expectation: .lines(present: ["drivers/vhost/net.c:33"], absent: []), keeps: [K.kickBody],
            breaks: [K.kick], says: ["drivers/vhost/net.c:30"]),
        ExpectationCase(
            expectation: .lines(present: [], absent: ["drivers/vhost/net.c:33"]), keeps: [K.kick],
            breaks: [K.kickBody], says: ["line absent"]),
    ]

    @Test(arguments: cases)
    func keepsAndBreaks(_ example: ExpectationCase) {
        #expect(K.findings(example.expectation, example.keeps).isEmpty)
        let findings = K.findings(example.expectation, example.breaks)
        #expect(!findings.isEmpty)
        let text = findings.map { "\($0.expected) / \($0.found) / \($0.evidence.joined(separator: " / "))" }
            .joined(separator: "\n")
        for words in example.says { #expect(text.contains(words), "in: \(text)") }
        #expect(findings.allSatisfy { $0.location == "x.yaml:7" && $0.expected.hasPrefix("b: ") })
    }

    /// Every promise but a count of exactly zero fails on an empty buffer.
    @Test(arguments: cases)
    func emptyTraceProvesNothing(_ example: ExpectationCase) {
        let isCountZero = example.expectation == CoverageExpectation.count(0...0)
        #expect(K.findings(example.expectation, []).isEmpty == isCountZero)
    }

    @Test func emptyTraceDoesNotEvenKeepLooseBounds() {
        #expect(!K.findings(.count(0...5), []).isEmpty)
        #expect(!K.findings(.calls("work", .within(0...5)), []).isEmpty)
        #expect(!K.findings(.comparisons(ComparisonPattern(), count: 0...5), K.records([])).isEmpty)
    }

    @Test(arguments: [
        CoverageExpectation.absent(["missing_functoin"]), .present(["schedule"]),
        .calls("helper", .exactly(1)),
        .order(["missing"]), .absent(["schedule"]),
        .sections(startingWith: "helper", count: 1...1, alike: true),
    ])
    func whatCannotBeSeenIsFound(_ expectation: CoverageExpectation) {
        let findings = K.findings(expectation, K.work)
        #expect(findings.map(\.found) == ["this cannot be checked"])
    }

    @Test func unknownFunctionsGetCandidates() {
        let findings = K.findings(.present(["handle_tx_kik"]), K.work)
        #expect(findings.first?.evidence.joined().contains("near it: handle_tx_kick") == true)
    }

    @Test func aBufferThatNeverCameIsFound() {
        let check = BufferCheck(buffer: "other", expectation: .count(0...0))
        let findings = K.checker.findings(checks: [check], buffers: [K.trace([])])
        #expect(findings.map(\.found) == ["the guest sent no buffer of this name"])
    }
}
