// SPDX-License-Identifier: Apache-2.0

/// The functions through which the kernel enters and leaves interrupts and exceptions on x86.
///
/// kcov ignores code that runs in interrupt context, but only once the preemption count says so. What runs before that,
/// or after it was taken back, would appear in the buffer of the interrupted task. Nothing in the image marks such
/// functions, so they are recognised by name: the entry macros of arch/x86/include/asm/idtentry.h derive all of theirs
/// from the handler's, and the rest is the timer path that follows.
public enum InterruptEntry {
    /// Whether a function of this name belongs to interrupt entry, exit or dispatch.
    public static func contains(function: String) -> Bool {
        exact.contains(function) || prefixes.contains { function.hasPrefix($0) }
    }

    private static let prefixes = ["sysvec_", "__sysvec_", "asm_sysvec_", "fred_sysvec_"]

    private static let exact: Set<String> = [
        "asm_common_interrupt", "asm_spurious_interrupt", "common_interrupt", "__common_interrupt",
        "spurious_interrupt", "handle_irq", "__handle_irq", "irq_enter", "irq_enter_rcu", "irq_exit",
        "irq_exit_rcu", "irqentry_enter", "irqentry_exit", "irqentry_nmi_enter", "irqentry_nmi_exit",
        "handle_edge_irq", "handle_fasteoi_irq", "handle_level_irq", "handle_percpu_irq",
        "handle_softirqs", "__do_softirq", "hrtimer_interrupt", "__hrtimer_run_queues", "hrtimer_run_softirq",
        "local_apic_timer_interrupt", "run_timer_softirq", "tick_handle_periodic", "tick_nohz_handler",
        "tick_sched_timer", "update_process_times",
    ]
}
