// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Testing

@Suite struct ComparisonTests {
    typealias K = SampleKernel
    private let constant: [UInt64] = [5, 7, 0x4711, K.constant4]
    private let variable: [UInt64] = [4, 0xffff_ffff, 9, K.compare4]

    private func findings(_ pattern: ComparisonPattern, _ records: [[UInt64]]) -> [Finding] {
        K.findings(.comparisons(pattern, count: 1...UInt64.max), K.records(records))
    }

    @Test func operandsKeepTheirSides() {
        #expect(findings(ComparisonPattern(operand: 7, other: 0x4711), [constant]).isEmpty)
        #expect(!findings(ComparisonPattern(operand: 0x4711), [constant]).isEmpty)
        #expect(findings(ComparisonPattern(operand: 9), [variable]).isEmpty)
        #expect(findings(ComparisonPattern(operand: .max, other: 9), [variable]).isEmpty)
    }

    @Test func whatFitsIsComparedWhole() {
        // A switch takes 64 bits whatever it compares.
        let signed: [UInt64] = [5, 7, 0xffff_ffff_89ab_cdef, K.cases]
        #expect(!findings(ComparisonPattern(other: 0x89ab_cdef), [signed]).isEmpty)
        #expect(findings(ComparisonPattern(other: 0xffff_ffff_89ab_cdef), [signed]).isEmpty)
    }

    @Test func everyFieldCounts() {
        #expect(!findings(ComparisonPattern(isConstant: true), [variable]).isEmpty)
        #expect(!findings(ComparisonPattern(size: 8), [variable]).isEmpty)
        #expect(!findings(ComparisonPattern(function: "work"), [variable]).isEmpty)
        #expect(
            findings(ComparisonPattern(isConstant: false, size: 4, function: "compare"), [variable]).isEmpty)
    }

    @Test func findingsShowWhatWasCompared() throws {
        let finding = try #require(findings(ComparisonPattern(operand: 8), [constant]).first)
        #expect(finding.found == "0 of 1 records")
        #expect(finding.evidence.contains { $0.contains("4 bytes, constant 0x7 with 0x4711") })
    }

    @Test func programCountersAreNoComparisons() {
        let findings = K.findings(.comparisons(ComparisonPattern(), count: 1...9), [K.kick])
        #expect(findings.map(\.found) == ["a buffer of program counters"])
    }

    @Test func countsAreBounded() {
        let twice = K.records([variable, variable])
        #expect(K.findings(.comparisons(ComparisonPattern(), count: 2...2), twice).isEmpty)
        #expect(!K.findings(.comparisons(ComparisonPattern(), count: 1...1), twice).isEmpty)
    }
}
