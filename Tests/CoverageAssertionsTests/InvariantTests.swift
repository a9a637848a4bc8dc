// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import KcovModel
import Testing

@Suite struct InvariantTests {
    typealias K = SampleKernel

    private func text(_ buffer: ObservedBuffer) -> String {
        K.findings(nil, buffer).map {
            "\($0.expected) / \($0.found) / \($0.evidence.joined(separator: " / "))"
        }
        .joined(separator: "\n")
    }

    @Test func goodBuffersPass() {
        #expect(text(K.trace(K.work + [K.kick])) == "")
        #expect(text(K.trace([])) == "")
        #expect(text(K.trace([K.kick], atDisable: 1)) == "")
        #expect(
            text(
                K.records([
                    [4, 1, 2, K.compare4], [5, 1, 2, K.constant4], [1, 1, 2, K.constant1],
                    [7, 1, 2, K.cases],
                    [1, 1, 2, K.cases],
                ])) == "")
    }

    @Test func countMustFit() {
        #expect(text(K.trace([K.kick], count: 4, words: 4)).contains("count at most 3, which 4 words hold"))
    }

    @Test func hugeCountsAreReportedNotFollowed() {
        #expect(text(K.trace([K.kick], count: .max)).contains("count = 18446744073709551615"))
    }

    @Test func payloadMustBeComplete() {
        #expect(text(K.trace([K.kick], count: 2)).contains("the 2 words that count = 2 announces / 1 words"))
    }

    @Test func nothingFollowsDisable() {
        #expect(
            text(K.trace([K.kick, K.kick], atDisable: 1)).contains(
                "nothing appended after disable, count = 1"))
    }

    @Test func addressesMustBeCallbacks() {
        #expect(text(K.trace([K.nowhere])).contains("0xdead0000 outside the kernel's text"))
        #expect(text(K.trace([K.elsewhere])).contains("1 at 1 addresses are not"))
    }

    @Test func callbacksMustFitTheBuffer() {
        #expect(text(K.trace([K.compare4])).contains("0x7000 returns from compare4"))
        for type: UInt64 in [0, 2, 5, 6] {
            #expect(text(K.records([[type, 1, 2, K.compare4]])).contains("of its size and constness"))
        }
        #expect(text(K.records([[4, 1, 2, K.cases]])).contains("compareSwitch"))
        #expect(text(K.records([[4, 1, 2, K.kick]])).contains("tracePC"))
    }

    @Test func comparisonTypesMustBeKnown() {
        #expect(text(K.records([[12, 1, 2, K.compare4]])).contains("type 0xc"))
    }

    @Test func operandsMustFitTheirSize() {
        let wide: UInt64 = 0xffff_ffff_ffff_ff9c
        for operands in [[wide, 2], [2, wide], [1 << 32, 0]] {
            #expect(text(K.records([[4] + operands + [K.compare4]])).contains("4 bytes, at"))
        }
        #expect(text(K.records([[4, 0xffff_ff9c, .max >> 32, K.compare4]])).isEmpty)
        // What the compiler widened before a switch may have a sign.
        #expect(text(K.records([[5, wide, wide, K.cases]])).isEmpty)
    }

    @Test func interruptsMustStayOut() {
        let found = text(K.trace([K.kick, K.tick]))
        #expect(found.contains("no hrtimer_interrupt, which kcov must not record"))
        #expect(found.contains("kernel/time/hrtimer.c:60"))
    }

    @Test func rulesThatSeeNothingAreFound() {
        let blind = CoverageChecker(
            index: K.index,
            noise: NoiseRules(tolerated: [], forbidden: [.init(function: "tick", reason: "the timer")]))
        let findings = blind.findings(checks: [], buffers: [K.trace([K.kick])])
        #expect(findings.map(\.found) == ["this kernel shows none of them"])
        #expect(blind.findings(checks: [], buffers: [K.trace([])]).isEmpty)
    }

    @Test func corruptBuffersAreExemptButCounted() {
        let buffer = K.trace([K.nowhere], count: 1 << 40, words: 512, atDisable: 3)
        let corrupt = BufferCheck(buffer: "b", expectation: .corrupt(reason: "stored 2^40"))
        func findings(_ count: UInt64) -> [Finding] {
            K.checker.findings(
                checks: [corrupt, BufferCheck(buffer: "b", expectation: .count(count...count))],
                buffers: [buffer])
        }
        #expect(findings(1 << 40).isEmpty)
        #expect(findings(1).map(\.found) == ["count = 1099511627776"])
    }

    @Test func uncheckedBuffersKeepInvariants() {
        #expect(K.findings(.unchecked(reason: "errors only"), [K.kick]).isEmpty)
        #expect(!K.findings(.unchecked(reason: "errors only"), [K.tick]).isEmpty)
    }
}
