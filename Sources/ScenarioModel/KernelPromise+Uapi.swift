// SPDX-License-Identifier: Apache-2.0

/// The promises of include/uapi/linux/kcov.h and Documentation/dev-tools/kcov.rst about one thread and its descriptors.
extension KernelPromise {
    static let requests = [
        KernelPromise(
            "init-size", .requests,
            "KCOV_INIT_TRACE takes 2 to INT_MAX / 8 words and is EINVAL for any other number",
            "`kcov_ioctl()`, kernel/kcov.c"),
        KernelPromise(
            "init-blank", .requests, "a new buffer holds zeroes, whatever its memory held before",
            "`kcov_ioctl()`, kernel/kcov.c"),
        KernelPromise(
            "init-once", .requests, "a descriptor is initialised once; after that KCOV_INIT_TRACE is EBUSY",
            "`kcov_ioctl()`, kernel/kcov.c"),
        KernelPromise(
            "init-first", .requests, "before KCOV_INIT_TRACE any other request and mmap are EINVAL",
            "`kcov_ioctl_locked()`, `kcov_mmap()`, kernel/kcov.c"),
        KernelPromise(
            "enable-mode", .requests,
            "KCOV_ENABLE takes KCOV_TRACE_PC and KCOV_TRACE_CMP, any other mode is EINVAL and changes nothing",
            "`kcov_get_mode()`, kernel/kcov.c"),
        KernelPromise(
            "enable-busy", .requests,
            "a descriptor serves one thread (EINVAL) and a thread one local descriptor (EBUSY); a refusal changes nothing",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "disable-own", .requests,
            "KCOV_DISABLE wants argument 0 and a descriptor that the caller has enabled, or it is EINVAL and changes nothing",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "disable-stops", .requests,
            "after KCOV_DISABLE of a local descriptor nothing is added to its buffer, and it can be enabled again",
            "`kcov_disable()`, kernel/kcov.c"),
        KernelPromise(
            "enable-cycles", .requests,
            "enabling and disabling can go on for ever and takes neither memory nor handles",
            "`kcov_disable()`, `kcov_remote_reset()`, kernel/kcov.c"),
        KernelPromise(
            "unknown-request", .requests, "a request that kcov does not know is ENOTTY",
            "`kcov_ioctl_locked()`, kernel/kcov.c"),
        KernelPromise(
            "no-stream", .requests,
            "the device has no data: read and write are EINVAL; lseek, pread and pwrite are ESPIPE",
            "`kcov_open()` and `kcov_fops`, kernel/kcov.c"),
        KernelPromise(
            "device-of-root", .requests, "only root may open the device",
            "`kcov_init()`, kernel/kcov.c"),
    ]

    static let buffers = [
        KernelPromise(
            "mmap-whole", .buffers,
            "mmap wants the whole buffer from offset 0, or it is EINVAL; a size that is not whole pages cannot be mapped",
            "`kcov_mmap()`, kernel/kcov.c"),
        KernelPromise(
            "mmap-shared", .buffers,
            "all mappings show the same words, in any process, also those made while coverage is collected",
            "`kcov_mmap()`, kernel/kcov.c"),
        KernelPromise(
            "mmap-keeps", .buffers,
            "a mapping keeps the buffer readable, and coverage going, after its descriptor was closed",
            "`kcov_mmap()`, `kcov_close()`, kernel/kcov.c"),
        KernelPromise(
            "pc-format", .buffers,
            "the first word counts the program counters behind it, each the return address of a coverage callback",
            "`__sanitizer_cov_trace_pc()`, kernel/kcov.c"),
        KernelPromise(
            "pc-full", .buffers, "a buffer of n words takes n - 1 program counters and then stays as it is",
            "`__sanitizer_cov_trace_pc()`, kernel/kcov.c"),
        KernelPromise(
            "pc-corrupt-count", .buffers,
            "a count that the program overwrote never makes the kernel write outside the buffer",
            "`__sanitizer_cov_trace_pc()`, kernel/kcov.c"),
        KernelPromise(
            "cmp-format", .buffers,
            "comparison mode records type, both operands and place of each comparison, constants first",
            "`write_comp_data()`, kernel/kcov.c"),
        KernelPromise(
            "cmp-full", .buffers,
            "a buffer of n words takes (n - 1) / 4 comparison records and then stays as it is",
            "`write_comp_data()`, kernel/kcov.c"),
        KernelPromise(
            "cmp-corrupt-count", .buffers,
            "a record count that the program overwrote never makes the kernel write outside the buffer",
            "`write_comp_data()`, kernel/kcov.c"),
        KernelPromise(
            "reset-live", .buffers,
            "the traced program may store 0 in the first word to begin anew, at any time",
            "Documentation/dev-tools/kcov.rst"),
    ]

    static let local = [
        KernelPromise(
            "local-exact", .local,
            "each block that the thread runs for a system call is recorded each time it runs",
            "`__sanitizer_cov_trace_pc()`, kernel/kcov.c"),
        KernelPromise(
            "local-own", .local,
            "only the thread that enabled is recorded: no sibling, no child, no stranger",
            "`check_kcov_mode()`, `kcov_task_init()`, kernel/kcov.c"),
        KernelPromise(
            "local-no-interrupts", .local,
            "interrupts and softirqs on top of the thread leave nothing in its buffer",
            "`check_kcov_mode()`, kernel/kcov.c"),
        KernelPromise(
            "excluded-code", .local,
            "the scheduler, locks, RCU, entry code and kcov itself are not instrumented, so they are in no buffer",
            "`KCOV_INSTRUMENT` in kernel/sched/Makefile, kernel/Makefile and others"),
        KernelPromise(
            "included-code", .local, "everything else is: file systems, the network, drivers, system calls",
            "`CONFIG_KCOV_INSTRUMENT_ALL`, scripts/Makefile.lib"),
        KernelPromise(
            "local-migration", .local, "a thread that changes its processor loses and gains nothing",
            "`kcov_prepare_switch()`, `kcov_finish_switch()`, include/linux/kcov.h"),
    ]

    static let lifetime = [
        KernelPromise(
            "close-enabled", .lifetime,
            "a descriptor that is closed while enabled keeps its thread's slot until the thread ends",
            "`kcov_close()`, kernel/kcov.c"),
        KernelPromise(
            "last-reference", .lifetime,
            "the buffer is freed when the last of descriptor, mapping, thread and section lets it go, and not before",
            "`kcov_put()`, kernel/kcov.c"),
        KernelPromise(
            "exit-local", .lifetime, "a thread that ends while enabled gives back its local descriptor",
            "`kcov_task_exit()`, kernel/kcov.c"),
        KernelPromise(
            "exit-remote", .lifetime,
            "a thread that ends while remote coverage is enabled gives back its descriptor and its handles",
            "`kcov_task_exit()`, kernel/kcov.c"),
        KernelPromise(
            "fork-free", .lifetime,
            "a child or a new thread starts with nothing enabled and may enable its own",
            "`kcov_task_init()`, kernel/kcov.c"),
        KernelPromise(
            "fork-handle", .lifetime, "a child or a new thread carries on the common handle of who made it",
            "`kcov_task_init()`, kernel/kcov.c"),
        KernelPromise(
            "fork-handle-ends", .lifetime,
            "a handle that was inherited means nothing any more when its registrant has given it up",
            "`kcov_task_init()`, kernel/kcov.c"),
        KernelPromise(
            "exec-local", .lifetime,
            "local coverage goes on across execve, and the inherited descriptor can be mapped again",
            "`begin_new_exec()`, fs/exec.c, leaves `task_struct` alone"),
        KernelPromise(
            "exec-remote", .lifetime, "remote coverage and the common handle go on across execve",
            "`begin_new_exec()`, fs/exec.c, leaves `task_struct` alone"),
    ]
}
