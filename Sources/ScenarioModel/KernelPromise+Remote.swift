// SPDX-License-Identifier: Apache-2.0

/// The promises about remote coverage, of include/linux/kcov.h and its callers.
extension KernelPromise {
    static let handles = [
        KernelPromise(
            "remote-argument", .handles,
            "KCOV_REMOTE_ENABLE checks the memory, the number of handles (at most 256) and the mode of its argument",
            "`kcov_ioctl()`, kernel/kcov.c"),
        KernelPromise(
            "handle-format", .handles,
            "USB handles belong in the list, a common handle beside it; anything else, or a reserved bit, is EINVAL",
            "`kcov_check_handle()`, kernel/kcov.c"),
        KernelPromise(
            "handle-unique", .handles, "a handle that is registered anywhere on the machine is EEXIST",
            "`kcov_remote_add()`, kernel/kcov.c"),
        KernelPromise(
            "failed-enable", .handles,
            "a KCOV_REMOTE_ENABLE that fails gives back what it took; the next one on that descriptor may succeed",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "failed-enable-handle", .handles,
            "a KCOV_REMOTE_ENABLE that fails leaves the thread the handle it inherited",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "handle-captured", .handles,
            "work carries the common handle that its creator had at that moment, or none",
            "`kcov_common_handle()`, include/linux/kcov.h"),
        KernelPromise(
            "handle-late-binding", .handles,
            "a section is recorded for whoever holds the handle when it starts, and for nobody when nobody does",
            "`kcov_remote_find()`, kernel/kcov.c"),
        KernelPromise(
            "handle-none", .handles,
            "work that interrupts and softirqs create by themselves carries no handle",
            "`kcov_common_handle()`, include/linux/kcov.h"),
        KernelPromise(
            "handle-dropped", .handles,
            "a thread that disables remote coverage has no common handle any more",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "handles-together", .handles,
            "one descriptor collects for a common handle and a list of others at once",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "handles-apart", .handles, "sections of different handles never share a buffer",
            "`kcov_remote_find()`, kernel/kcov.c"),
    ]

    static let sections = [
        KernelPromise(
            "section-only", .sections,
            "a section holds what runs between its start and its stop, and nothing of the thread before or behind it",
            "`kcov_remote_start()`, `kcov_remote_stop()`, kernel/kcov.c"),
        KernelPromise(
            "section-append", .sections,
            "sections are appended whole, once and in the order in which they end",
            "`kcov_move_area()`, kernel/kcov.c"),
        KernelPromise(
            "section-full", .sections, "a full buffer takes what fits of a section and nothing more",
            "`kcov_move_area()`, kernel/kcov.c"),
        KernelPromise(
            "section-corrupt-count", .sections,
            "a count that the program overwrote never makes the kernel move a section outside the buffer",
            "`kcov_move_area()`, kernel/kcov.c"),
        KernelPromise(
            "section-area", .sections,
            "any area size is accepted; a section holds as much as its area has room for, and nothing without memory",
            "`kcov_remote_area_get()`, `kcov_remote_start()`, kernel/kcov.c"),
        KernelPromise(
            "section-area-zero", .sections, "an area of no words is refused or harmless",
            "`kcov_remote_start()`, kernel/kcov.c"),
        KernelPromise(
            "section-area-reuse", .sections,
            "the buffers of task sections are used again, each for its own size",
            "`kcov_remote_area_get()`, `kcov_remote_area_put()`, kernel/kcov.c"),
        KernelPromise(
            "section-cmp", .sections, "sections of a descriptor in comparison mode hold comparison records",
            "`kcov_move_area()`, kernel/kcov.c"),
        KernelPromise(
            "section-stale", .sections,
            "what a section collected for an earlier use of a descriptor is dropped at its end",
            "`kcov_remote_stop()`, kernel/kcov.c"),
        KernelPromise(
            "section-reference", .sections,
            "a section keeps its descriptor alive when owner and descriptor go, and lets it go at its end",
            "`kcov_remote_start()`, `kcov_remote_stop()`, kernel/kcov.c"),
        KernelPromise(
            "section-after-disable", .sections,
            "a section that starts after KCOV_DISABLE records nothing, for nobody",
            "`kcov_remote_reset()`, kernel/kcov.c"),
        KernelPromise(
            "softirq-area", .sections,
            "the buffers of softirq sections go back to their pool, however many there were",
            "`kcov_remote_area_put()`, kernel/kcov.c"),
        KernelPromise(
            "softirq-saved", .sections,
            "a softirq section on top of a traced thread takes nothing from it and gives it back as it was",
            "`kcov_remote_softirq_start()`, `kcov_remote_softirq_stop()`, kernel/kcov.c"),
        KernelPromise(
            "softirq-over-section", .sections,
            "a softirq section on top of a task's section stays apart from it, and both are complete",
            "`kcov_remote_softirq_start()`, kernel/kcov.c"),
        KernelPromise(
            "softirq-no-hardirq", .sections, "interrupts on top of a softirq section leave nothing in it",
            "`check_kcov_mode()`, kernel/kcov.c"),
        KernelPromise(
            "no-nesting", .sections,
            "a softirq-only annotation that runs in a task's section opens none of its own",
            "`kcov_remote_start_usb_softirq()`, include/linux/kcov.h"),
    ]

    static let simultaneous = [
        KernelPromise(
            "exclusive-slot", .simultaneous,
            "a kernel without simultaneous enable has one slot for both: the second enable is EBUSY, the first goes on",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "both-enable", .simultaneous,
            "a thread may enable one local and one remote descriptor, in either order, and no third",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "both-apart", .simultaneous, "the thread's own work and its sections go to their own buffers",
            "`kcov_remote_start()`, kernel/kcov.c"),
        KernelPromise(
            "both-end", .simultaneous, "ending one leaves the other as it is, in either order",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "both-handle", .simultaneous, "ending local coverage leaves the thread its common handle",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "both-failed-enable", .simultaneous, "a remote enable that fails leaves local coverage alone",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "both-exit", .simultaneous, "a thread that ends with both gives back both",
            "`kcov_task_exit()`, kernel/kcov.c"),
        KernelPromise(
            "both-fork", .simultaneous, "a child of a thread with both has both slots free",
            "`kcov_task_init()`, kernel/kcov.c"),
        KernelPromise(
            "both-exec", .simultaneous, "both go on across execve",
            "`begin_new_exec()`, fs/exec.c, leaves `task_struct` alone"),
        KernelPromise(
            "both-modes", .simultaneous, "each of the two has its own mode", "`kcov_start()`, kernel/kcov.c"),
        KernelPromise(
            "both-softirq", .simultaneous,
            "a softirq section on top of its own, locally traced owner goes to the remote buffer only",
            "`kcov_remote_softirq_start()`, kernel/kcov.c"),
        KernelPromise(
            "one-kind", .simultaneous, "one descriptor is local or remote, never both: EINVAL",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
    ]

    static let variants = [
        KernelPromise(
            "no-kcov-no-cost", .variants,
            "without CONFIG_KCOV no function, no member and no warning of kcov is in a kernel",
            "the other half of include/linux/kcov.h"),
        KernelPromise(
            "no-comparisons", .variants,
            "without CONFIG_KCOV_ENABLE_COMPARISONS comparison mode is ENOTSUPP (524)",
            "`kcov_get_mode()`, kernel/kcov.c"),
        KernelPromise(
            "kaslr", .variants,
            "with CONFIG_RANDOMIZE_BASE program counters are those of vmlinux, whatever the offset",
            "`canonicalize_ip()`, kernel/kcov.c"),
        KernelPromise(
            "selective", .variants, "without CONFIG_KCOV_INSTRUMENT_ALL only chosen files are recorded",
            "`KCOV_INSTRUMENT` in scripts/Makefile.lib"),
        KernelPromise(
            "softirq-area-size", .variants,
            "a softirq section holds CONFIG_KCOV_IRQ_AREA_SIZE - 1 program counters, whatever area was asked for",
            "`kcov_remote_start()`, kernel/kcov.c"),
        KernelPromise(
            "boot-selftest", .variants,
            "with CONFIG_KCOV_SELFTEST the kernel makes sure at boot that interrupts record nothing",
            "`selftest()`, kernel/kcov.c"),
        KernelPromise(
            "locks", .variants,
            "locks of kcov are taken in one order and where they may be, and nothing sleeps under them",
            "`kcov_remote_lock`, `kcov->lock`, kernel/kcov.c; PROVE_LOCKING and DEBUG_ATOMIC_SLEEP watch"),
        KernelPromise(
            "memory", .variants, "no buffer, descriptor or handle is used after it was freed",
            "`kcov_put()`, kernel/kcov.c; KASAN watches"),
        KernelPromise(
            "preempted-sections", .variants,
            "with CONFIG_PREEMPT_RT a softirq section that is preempted, by another section too, stays whole",
            "`kcov_remote_softirq_start()`, `kcov_remote_lock`, kernel/kcov.c"),
    ]
}
