// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols
import Reports
import Testing

@Suite("Coverage by line")
struct LineCoverageTests {
    /// A kernel of a few points, some of them inlined.
    private struct Table: KernelIndex {
        let points: [UInt64: [SourceFrame]]

        func coveragePoint(at pc: ProgramCounter) -> CoveragePoint? {
            points[pc.rawValue].map { CoveragePoint(pc: pc, callback: .tracePC, symbol: "s", frames: $0) }
        }
        func frames(at pc: ProgramCounter) -> (symbol: String, frames: [SourceFrame])? { nil }
        func entryPoint(of function: String) -> ProgramCounter? { nil }
        func presence(of function: String) -> FunctionPresence { .unknown }
        func functions(near name: String) -> [String] { [] }
    }

    private let index = Table(points: [
        1: [SourceFrame(function: "f", file: "kernel/a.c", line: 9)],
        2: [SourceFrame(function: "f", file: "kernel/a.c", line: 12)],
        3: [
            SourceFrame(function: "inline", file: "include/i.h", line: 4),
            SourceFrame(function: "f", file: "kernel/a.c", line: 13),
        ],
        4: [SourceFrame(function: "g", file: "kernel/b.c", line: 1)],
        5: [SourceFrame(function: "f", file: "kernel/a.c", line: 9)],
    ])
    private var all: [ProgramCounter] { (1...5).map { ProgramCounter(rawValue: $0) } }

    @Test("Lines of files that ran are hit or missed; files that did not run are left out")
    func tracefile() {
        let recorded: [UInt64: Int] = [1: 3, 3: 1, 5: 2, 99: 7]
        let coverage = LineCoverage(
            Dictionary(uniqueKeysWithValues: recorded.map { (ProgramCounter(rawValue: $0.key), $0.value) }),
            index: index, all: all)
        #expect(coverage.files == ["kernel/a.c": [9: 5, 12: 0], "include/i.h": [4: 1]])
        #expect(
            coverage.tracefile(root: "/linux/") == """
                TN:
                SF:/linux/include/i.h
                DA:4,1
                LH:1
                LF:1
                end_of_record
                TN:
                SF:/linux/kernel/a.c
                DA:9,5
                DA:12,0
                LH:1
                LF:2
                end_of_record

                """)
    }

    @Test("Addresses that are no coverage points cover nothing")
    func nothing() {
        let coverage = LineCoverage([ProgramCounter(rawValue: 99): 1], index: index, all: all)
        #expect(coverage.files.isEmpty && coverage.tracefile(root: "").isEmpty)
    }
}
