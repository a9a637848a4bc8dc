// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import KcovModel
import KernelSymbols

/// A kernel of a few functions, and buffers that came from it.
enum SampleKernel {
    /// Two blocks of `work`, one of them inlined from `helper`; other functions have one block each.
    static let work: [UInt64] = [0x1000, 0x1010]
    static let kick: UInt64 = 0x2000
    static let kickBody: UInt64 = 0x2010
    static let flush: UInt64 = 0x3000
    static let write: UInt64 = 0x4000
    static let tick: UInt64 = 0x5000
    static let exit: UInt64 = 0x6000
    /// What the scheduler calls.
    static let timer: UInt64 = 0x8000
    static let compare4: UInt64 = 0x7000
    static let constant4: UInt64 = 0x7010
    static let constant1: UInt64 = 0x7020
    static let cases: UInt64 = 0x7030
    /// In the text, but no coverage point.
    static let elsewhere: UInt64 = 0x1008
    /// Not in the text.
    static let nowhere: UInt64 = 0xdead_0000

    static let index = TableIndex(
        points: [
            point(work[0], "work", "kernel/work.c", 10),
            point(work[1], "work", "kernel/work.c", 20, inlined: "helper"),
            point(kick, "handle_tx_kick", "drivers/vhost/net.c", 30),
            point(kickBody, "handle_tx_kick", "drivers/vhost/net.c", 33),
            point(flush, "vhost_flush_work", "drivers/vhost/vhost.c", 40),
            point(write, "eventfd_write", "fs/eventfd.c", 50),
            point(tick, "hrtimer_interrupt", "kernel/time/hrtimer.c", 60),
            point(exit, "switch_fpu_return", "arch/x86/kernel/fpu/core.c", 70),
            point(timer, "hrtimer_active", "kernel/time/hrtimer.c", 80, servesScheduler: true),
            point(compare4, "compare", "lib/compare.c", 1, callback: .compare4),
            point(constant4, "compare", "lib/compare.c", 2, callback: .compareConstant4),
            point(constant1, "compare", "lib/compare.c", 3, callback: .compareConstant1),
            point(cases, "compare", "lib/compare.c", 4, callback: .compareSwitch),
            point(0x7040, "compare", "lib/compare.c", 5),
        ], uninstrumented: ["schedule"])

    static let noise = NoiseRules(
        tolerated: [.init(function: "switch_fpu_return", reason: "preempted")],
        forbidden: [.init(function: "hrtimer_interrupt", reason: "the timer")])

    static let checker = CoverageChecker(index: index, noise: noise)

    /// What the checker finds for one expectation on one buffer of program counters.
    static func findings(_ expectation: CoverageExpectation?, _ pcs: [UInt64]) -> [Finding] {
        findings(expectation, trace(pcs))
    }

    static func findings(_ expectation: CoverageExpectation?, _ buffer: ObservedBuffer) -> [Finding] {
        let checks =
            expectation.map { [BufferCheck(buffer: "b", expectation: $0, location: "x.yaml:7")] } ?? []
        return checker.findings(checks: checks, buffers: [buffer])
    }

    static func trace(
        _ pcs: [UInt64], count: UInt64? = nil, words: UInt64 = 512, atDisable: UInt64? = nil
    ) -> ObservedBuffer {
        ObservedBuffer(
            coverage: CoverageBuffer(
                name: "b", mode: .pc, words: words, count: count ?? UInt64(pcs.count), payload: pcs),
            countAtDisable: atDisable)
    }

    /// Records as type, first, second, pc.
    static func records(_ records: [[UInt64]]) -> ObservedBuffer {
        ObservedBuffer(
            coverage: CoverageBuffer(
                name: "b", mode: .comparisons, words: 512, count: UInt64(records.count),
                payload: records.flatMap { $0 }))
    }

    private static func point(
        _ pc: UInt64, _ function: String, _ file: String, _ line: Int, inlined: String? = nil,
        callback: CoverageCallback = .tracePC, servesScheduler: Bool = false
    ) -> CoveragePoint {
        let outer = SourceFrame(function: function, file: file, line: line)
        let inner = inlined.map { [SourceFrame(function: $0, file: "include/linux/\($0).h", line: 5)] } ?? []
        return CoveragePoint(
            pc: ProgramCounter(rawValue: pc), callback: callback, symbol: function, frames: inner + [outer],
            servesScheduler: servesScheduler)
    }
}
