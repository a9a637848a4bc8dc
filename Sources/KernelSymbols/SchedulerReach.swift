// SPDX-License-Identifier: Apache-2.0

/// What a switch to another task may run in whatever task happens to be interrupted.
///
/// kernel/sched is not instrumented because its coverage depends on chance and not on the work (the comment in
/// kernel/sched/Makefile). What it calls in other directories is instrumented and depends on chance as much: timers of
/// the deadline server, the release of a task that ended. Nobody can list those functions for every kernel, so they are
/// found in the image: everything that direct calls reach from the places below.
enum SchedulerReach {
    /// The starts of these functions.
    static func functions(in graph: CallGraph, symbols: SymbolTable) -> Set<UInt64> {
        graph.closure(of: symbols.starts(of: roots), without: symbols.starts(of: barriers), symbols: symbols)
    }

    /// Where the scheduler is entered, and what it reaches through the pointers of struct sched_class.
    private static let roots: Set<String> = [
        "schedule", "__schedule", "preempt_schedule_irq", "finish_task_switch", "enqueue_task_fair",
        "dequeue_task_fair", "pick_next_task_fair", "put_prev_task_fair", "set_next_task_fair",
        "balance_fair",
    ]

    /// What belongs to something else.
    ///
    /// The switch itself, which kcov must not record (`kcov_prepare_switch()` in include/linux/kcov.h), and the ways
    /// to a report, which lead everywhere and are told by the console.
    private static let barriers: Set<String> = [
        "__switch_to_asm", "__switch_to", "switch_mm_irqs_off", "_printk", "_printk_deferred",
        "__warn_printk",
        "panic", "add_taint", "dump_stack",
    ]
}
