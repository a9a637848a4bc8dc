// SPDX-License-Identifier: Apache-2.0

import KcovModel
import KernelSymbols
import Testing

@Suite("Names and tables")
struct FunctionNameTests {
    @Test(
        "Symbols name their function",
        arguments: [
            ("kcov_ioctl", "kcov_ioctl", false), ("f.cold", "f", true), ("f.part.0", "f", true),
            ("f.constprop.12", "f", false), ("f.isra.0", "f", false), ("f.isra.0.cold", "f", true),
            ("f.constprop.0.part.1", "f", true), (".Lthing", ".Lthing", false), ("", "", false),
        ])
    func names(symbol: String, function: String, isFragment: Bool) {
        let name = FunctionName(symbol: symbol)
        #expect(name.function == function)
        #expect(name.isFragment == isFragment)
    }

    @Test("Interrupt entry is recognised by name, and nothing else is")
    func interrupts() {
        for name in ["__sysvec_reschedule_ipi", "hrtimer_interrupt", "irqentry_exit"] {
            #expect(InterruptEntry.contains(function: name))
        }
        for name in ["kcov_ioctl", "do_syscall_64", "sysvec", "hrtimer_init", ""] {
            #expect(!InterruptEntry.contains(function: name))
        }
    }

    @Test("A table answers like an image")
    func table() {
        func point(_ pc: UInt64, _ symbol: String, _ functions: [String]) -> CoveragePoint {
            CoveragePoint(
                pc: ProgramCounter(rawValue: pc), callback: .tracePC, symbol: symbol,
                frames: functions.map { SourceFrame(function: $0, file: "a.c", line: 1) })
        }
        let index = TableIndex(
            points: [point(20, "f", ["g", "f"]), point(10, "f", ["f"]), point(5, "h.part.0", ["h"])],
            uninstrumented: ["schedule"])
        #expect(index.entryPoint(of: "f") == ProgramCounter(rawValue: 10))
        #expect(index.entryPoint(of: "h") == nil)
        #expect(index.presence(of: "g") == .inlined)
        #expect(index.presence(of: "h") == .inlined)
        #expect(index.presence(of: "schedule") == .notInstrumented)
        #expect(index.presence(of: "x") == .unknown)
        #expect(index.frames(at: ProgramCounter(rawValue: 20))?.frames.map(\.function) == ["g", "f"])
        #expect(index.functions(near: "schedul") == ["schedule"])
    }
}
