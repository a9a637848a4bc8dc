// SPDX-License-Identifier: Apache-2.0

import Comparison
import Foundation
import KernelSymbols
import Lab
import Reports
import Testing

/// What a comparison finds between two images, on programs whose differences are known.
@Suite("The substance of a comparison")
struct ComparisonSubstanceTests {
    /// A comparison of what two functions sets recorded, with boots of 4 and 3.5 seconds at best.
    private func compare(
        _ images: ComparedImages, before: [String: Int], after: [String: Int]
    ) -> RunComparison {
        func run(_ name: String, _ functions: [String: Int], _ boots: [Double]) -> ComparedRun {
            let index = name == "base" ? images.base : images.head
            return ComparedRun(
                name: name, record: SampleRun.record([SampleRun.result("kick", .passed, id: "R01")]),
                boots: boots,
                image: .init(
                    facts: KernelFacts(index),
                    coverage: ["kick": [ComparedImages.recording(functions, of: index)]]))
        }
        return RunComparison(
            base: run("base", before, [5, 4, 9]), head: run("head", after, [3.5, 8]))
    }

    private static let before = ["_start": 9, "helper": 9, "steps": 1, "gone": 9, "idle": 9, "tick": 9]
    private static let after = ["_start": 9, "steps": 9, "fresh": 9]

    @Test("Functions appear and disappear, inlined ones stay, and more points of the same body are a shift")
    func coverage() throws {
        let images = try ComparedImages()
        defer { images.remove() }
        let comparison = compare(images, before: Self.before, after: Self.after)
        let change = try #require(comparison.coverage.first)
        #expect(comparison.coverage.count == 1 && comparison.comparedBuffers == 1)
        #expect(change.id == "R01" && change.buffer == "main" && change.gap == nil)
        #expect(change.appeared.map(\.name) == ["fresh"])
        #expect(change.appeared.map(\.isInBothKernels) == [false])
        // The helper is inlined now, which is the compiler's business; the tick is tolerated noise.
        #expect(change.disappeared.map(\.name) == ["gone", "idle"])
        #expect(change.disappeared.map(\.isInBothKernels) == [false, true])
        #expect(change.disappeared.allSatisfy { $0.file == "kernel/sample.c" && $0.line > 0 })
        let shift = try #require(change.shifts.first)
        #expect(change.shifts.map(\.name) == ["steps"], "the body of _start is another one in each image")
        #expect(shift.before == 1 && shift.after == shift.points && shift.points > 1)
    }

    @Test("The same recording is no change, whatever the addresses")
    func same() throws {
        let images = try ComparedImages()
        defer { images.remove() }
        let functions = ["steps": 9, "idle": 9]
        let comparison = compare(images, before: functions, after: functions)
        #expect(comparison.coverage.isEmpty && comparison.comparedBuffers == 1)
        #expect(images.base.entryPoint(of: "idle") != nil)
    }

    @Test("The cost is that of the images and of the fastest boots")
    func costs() throws {
        let images = try ComparedImages()
        defer { images.remove() }
        let costs = Dictionary(
            uniqueKeysWithValues: compare(images, before: [:], after: [:]).costs.map { ($0.measure, $0) })
        #expect(costs[.taskSize]?.before == 8 && costs[.taskSize]?.added == 8)
        #expect(costs[.boot]?.before == 4 && costs[.boot]?.added == -0.5)
        let blocks = try #require(costs[.blockCalls])
        #expect(blocks.before == images.base.pointCounts[.tracePC].map(Double.init))
        // helper() and gone() are fewer, fresh() has three blocks at most.
        #expect(blocks.added != 0)
        #expect(costs[.comparisonCalls]?.added == 0)
    }

    @Test("A mail tells all of it")
    func text() throws {
        let images = try ComparedImages()
        defer { images.remove() }
        let comparison = compare(images, before: Self.before, after: Self.after)
        let text = ComparisonText(comparison, tester: "Tess Ter <tess@example.org>").text
        try expectSnapshot(text, named: "comparison.txt")
        try expectSnapshot(ComparisonMarkdown(comparison).text, named: "comparison.md")
    }
}
