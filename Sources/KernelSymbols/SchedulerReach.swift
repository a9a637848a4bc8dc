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

    /// Where the scheduler is entered, and what it reaches through pointers.
    private static let roots = Set(
        entries + classes.flatMap { suffix in methods.map { "\($0)_\(suffix)" } } + timers + processors)

    private static let entries = [
        "schedule", "__schedule", "preempt_schedule_irq", "finish_task_switch",
        // What a switch leaves for its end (struct balance_callback).
        "push_rt_tasks", "pull_rt_task", "push_dl_tasks", "pull_dl_task",
    ]
    private static let classes = ["fair", "rt", "dl"]
    private static let methods = [
        "enqueue_task", "dequeue_task", "pick_task", "pick_next_task", "put_prev_task", "set_next_task",
        "balance",
    ]

    /// What arming a timer reaches through struct clocksource and struct clock_event_device.
    private static let timers = [
        "jiffies_read", "read_tsc", "read_hpet", "acpi_pm_read", "kvm_clock_get_cycles", "lapic_next_event",
        "lapic_next_deadline", "hpet_clkevt_set_next_event", "pit_next_event",
    ]
    /// What waking a task on another processor reaches through struct smp_ops and struct apic.
    private static let processors = [
        "native_smp_send_reschedule", "default_send_IPI_single", "default_send_IPI_single_phys",
        "default_send_IPI_mask_sequence_phys", "default_send_IPI_mask_logical", "flat_send_IPI_mask",
        "physflat_send_IPI_mask", "x2apic_send_IPI", "kvm_send_ipi_mask", "native_apic_mem_write",
        "native_apic_icr_write",
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
