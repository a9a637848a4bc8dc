// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelSymbols
import Testing

/// What a switch to another task may run in anybody's coverage.
@Suite("What the scheduler calls")
struct SchedulerReachTests {
    private static let source = """
        extern volatile int sink;
        #define FUNCTION __attribute__((noinline)) void
        FUNCTION stops_a_timer(void) { sink++; }
        FUNCTION starts_a_timer(void) { stops_a_timer(); sink++; }
        FUNCTION frees_a_task(void) { sink--; }
        FUNCTION writes_to_the_console(void) { sink = 9; }
        FUNCTION _printk(void) { writes_to_the_console(); sink = 8; }
        FUNCTION saves_registers(void) { sink = 6; }
        FUNCTION __switch_to(void) { saves_registers(); sink = 7; }
        FUNCTION work(void) { starts_a_timer(); sink = 5; }
        FUNCTION __schedule(void) { starts_a_timer(); if (sink > 3) _printk(); __switch_to(); sink = 1; }
        FUNCTION finish_task_switch(void) { frees_a_task(); sink = 2; }
        FUNCTION keeps_a_list(void) { sink--; }
        FUNCTION put_prev_task_rt(void) { keeps_a_list(); sink = 4; }
        FUNCTION jiffies_read(void) { sink = 3; }
        void (*volatile of_a_class)(void) = put_prev_task_rt;
        void (*volatile of_a_clock)(void) = jiffies_read;
        void _start(void) { work(); __schedule(); finish_task_switch(); of_a_class(); of_a_clock(); }
        """

    @Test("It is found through calls, also of its classes' methods, without the switch itself and reports")
    func reach() throws {
        let sample = try SampleImage(source: Self.source, callbacks: SampleImage.callbacks)
        defer { sample.remove() }
        let index = try sample.open()
        let points = index.programCounters.compactMap { index.coveragePoint(at: $0) }
        #expect(
            Set(points.filter(\.servesScheduler).map(\.symbol)) == [
                "__schedule", "finish_task_switch", "starts_a_timer", "stops_a_timer", "frees_a_task",
                "put_prev_task_rt", "keeps_a_list", "jiffies_read",
            ])
        #expect(points.contains { $0.symbol == "saves_registers" && !$0.servesScheduler })
    }
}
