// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Testing

/// Reports that our guests do not produce by themselves, in the form the kernel's sources give them.
@Suite("Kinds of kernel reports")
struct ReportKindTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let kind: String
        let isFatal: Bool
        let lines: [String]
        var testDescription: String { "\(kind): \(lines[0])" }

        init(_ kind: String, fatal: Bool = false, _ lines: String...) {
            self.kind = kind
            isFatal = fatal
            self.lines = lines
        }
    }

    static let cut = "------------[ cut here ]------------"
    static let end = "---[ end trace 0000000000000000 ]---"
    static let line = "=================================================================="

    static let examples: [Example] = [
        Example("kasan", "BUG: KASAN: slab-use-after-free in kcov_put+0x12/0x40", "Call Trace:", line),
        Example("kmsan", "BUG: KMSAN: uninit-value in foo+0x1/0x2", line),
        Example("kcsan", "BUG: KCSAN: data-race in foo / bar", line),
        Example("kfence", "BUG: KFENCE: use-after-free read in foo+0x1/0x2", line),
        Example("double-fault", fatal: true, "traps: PANIC: double fault, error_code: 0x0", end),
        Example(
            "stack-overflow", fatal: true,
            "BUG: TASK stack guard page was hit at 0000000012345678 (stack is 0000000087654321..0000000012345678)",
            "Oops: stack guard page: 0000 [#1] SMP", end),
        Example(
            "page-fault", fatal: true, "BUG: unable to handle page fault for address: ffffc90000310ff8",
            "#PF: supervisor write access in kernel mode", "Oops: 0002 [#1] SMP", "RIP: 0010:foo+0x1/0x2",
            end,
            "RIP: 0010:foo+0x1/0x2", "Code: 00 00",
            "Kernel panic - not syncing: Fatal exception", "Kernel Offset: disabled"),
        Example(
            "page-fault", fatal: true, "BUG: kernel NULL pointer dereference, address: 0000000000000008",
            "Oops: 0000 [#1] SMP", end, "note: agent[1] exited with irqs disabled"),
        Example(
            "general-protection", fatal: true,
            "Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP",
            end),
        Example(
            "general-protection", fatal: true,
            "general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP",
            end
        ),
        Example("oops", fatal: true, "Oops: divide error: 0000 [#1] SMP", end),
        Example("oops", fatal: true, "divide error: 0000 [#1] PREEMPT SMP", end),
        Example("panic", fatal: true, "Kernel panic - not syncing: hung_task: blocked tasks"),
        Example(
            "kernel-bug", fatal: true, cut, "kernel BUG at mm/slub.c:448!",
            "Oops: invalid opcode: 0000 [#1] SMP", end),
        Example(
            "list-corruption", fatal: true, "list_del corruption, ffff888000001000->next is LIST_POISON1",
            cut,
            "kernel BUG at lib/list_debug.c:56!", "Oops: invalid opcode: 0000 [#1] SMP", end),
        Example(
            "list-corruption", cut,
            "list_add corruption. prev->next should be next (1), but was 2. (prev=3).",
            "WARNING: CPU: 0 PID: 1 at lib/list_debug.c:32 __list_add_valid+0x1/0x2", end),
        Example(
            "refcount", cut, "refcount_t: underflow; use-after-free.",
            "WARNING: CPU: 1 PID: 77 at lib/refcount.c:28 refcount_warn_saturate+0x1/0x2", end),
        Example("ubsan", cut, "UBSAN: array-index-out-of-bounds in drivers/usb/core/hub.c:12:3", end),
        Example(
            "lockdep", "WARNING: possible circular locking dependency detected", "stack backtrace:",
            " <TASK>", " </TASK>"),
        Example("lockdep", "WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected", " </TASK>"),
        Example("lockdep", "[ BUG: Invalid wait context ]", " </TASK>"),
        Example("lockdep-held", "WARNING: lock held when returning to user space!"),
        Example("lockdep-rcu", "WARNING: suspicious RCU usage", " </TASK>"),
        Example(
            "atomic-sleep", "BUG: sleeping function called from invalid context at mm/vmalloc.c:1234",
            " </TASK>"),
        Example("atomic-sleep", "BUG: scheduling while atomic: agent/1/0x00000002", " </TASK>"),
        Example("soft-lockup", "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [agent:1]", " </TASK>"),
        Example("hard-lockup", fatal: true, "watchdog: Watchdog detected hard LOCKUP on cpu 1", " </TASK>"),
        Example("hung-task", "INFO: task agent:1 blocked for more than 122 seconds.", " </TASK>"),
        Example("rcu-stall", "rcu: INFO: rcu_sched self-detected stall on CPU", " </TASK>"),
        Example("rcu-stall", "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", " </TASK>"),
        Example(
            "workqueue-lockup", "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 36s!"),
        Example("oom", "Out of memory: Killed process 30 (init) total-vm:1kB"),
        Example("allocation", "agent: page allocation failure: order:5, mode:0xcc0(GFP_KERNEL)"),
        Example("kmemleak", "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"),
        Example("warning", cut, "WARNING: CPU: 0 PID: 1 at kernel/kcov.c:900 kcov_remote_start+0x1/0x2", end),
        Example("bug", "BUG: Bad page state in process agent  pfn:01234", " </TASK>"),
        Example("bug", "BUG kmalloc-64 (Not tainted): Object already free"),
        Example("unhandled", "unregister_netdevice: waiting for lo to become free. Usage count = 2"),
        Example("unhandled", cut, "something nobody has seen before", "and more of it"),
    ]

    @Test("Each example gives one report of its kind", arguments: examples)
    func kind(example: Example) throws {
        for stamp in [
            "", "[    1.234567] ", "[    1.234567][   T12] ", "[   12.000001] [    C0] ", "<4>[  1.000000] ",
        ] {
            let console = example.lines.map { "\(stamp)\($0)\r\n" }.joined()
            let reports = try Shipped.reports(of: Array("a line before\n\(console)a line after\n".utf8))
            #expect(reports.map(\.kind) == [example.kind], "\(stamp)")
            #expect(reports.map(\.isFatal) == [example.isFatal], "\(stamp)")
            #expect(reports.first?.line == 2)
            for line in example.lines { #expect(reports.first?.text.contains(line) == true, "\(line)") }
        }
    }

    @Test("Every kind in the rules has an example here")
    func complete() throws {
        #expect(try Set(Shipped.rules.kinds.map(\.name)) == Set(Self.examples.map(\.kind)))
    }

    @Test(
        "What only looks like a report is none",
        arguments: [
            "WARNING: unable to open an initial console.",
            "Warning: unable to open an initial console.",
            "Kernel command line: console=ttyS0 panic=-1 oops=panic hung_task_panic=1",
            "kasan: KernelAddressSanitizer initialized",
            "rcu: RCU CPU stall warnings timeout set to 21 (rcu_cpu_stall_timeout).",
            "rcu: INFO: rcu_sched stall timeout set to 21",
            "ACPI BIOS Warning (bug): Incorrect checksum in table",
            "[Firmware Bug]: TSC doesn't count with P0 frequency!",
            "agent: BUG: this is a program",
            "kcovlab-agent: step expects WARNING: CPU: 0 PID: 1 at kernel/kcov.c:1",
            "debug: unmapping init memory, BUG: none",
            "Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar",
            "NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.",
            "watchdog: Delayed init of the lockup detector failed: -19",
            "BUG: Address fe80::1 on device eth0 is missing its host route.",
            "Out of memory", "Oops", "Kernel panic", "---[ end trace 0000000000000000 ]---", " </TASK>",
            "INFO: task agent:1 blocked", "refcount_t", "kernel BUG at", "usbip: unknown pdu 0",
        ])
    func nearMiss(line: String) throws {
        #expect(try Shipped.reports(of: Array("[    1.234567] \(line)\n".utf8)).isEmpty)
        #expect(try Shipped.reports(of: Array("\(line)\n".utf8)).isEmpty)
    }

    @Test("Two different reports in a row stay two; a tolerated one hides nothing")
    func separate() throws {
        let console = """
            agent: vmalloc error: size 2147483640, exceeds total pages, mode:0xdc0(GFP_KERNEL)
             kcov_ioctl+0x50/0x419
            BUG: KASAN: slab-use-after-free in kcov_put+0x12/0x40
            \(Self.line)
            agent: vmalloc error: size 2147483640, exceeds total pages, mode:0xdc0(GFP_KERNEL)
             someone_else+0x50/0x419
            1 pages reserved

            """
        let reports = try Shipped.reports(of: Array(console.utf8))
        #expect(reports.map(\.kind) == ["kasan", "allocation"])
        #expect(reports.map(\.line) == [3, 5])
    }

    @Test("A kernel message behind a program's unfinished line is seen")
    func interleaved() throws {
        let text =
            "progress 10%[    5.000001] WARNING: CPU: 1 PID: 2 at a.c:1 f+0x1/0x2[    5.000002] \(Self.end)\n"
        let reports = try Shipped.reports(of: Array(text.utf8))
        #expect(reports.map(\.title) == ["WARNING: CPU: 1 PID: 2 at a.c:1 f+0x1/0x2"])
    }

    @Test("An open report ends when the caller says so")
    func settle() throws {
        var watch = ConsoleWatch(rules: try Shipped.rules)
        #expect(watch.receive("BUG: unable to handle page fault for address: 1\n".utf8).isEmpty)
        #expect(watch.hasOpenReport)
        #expect(watch.settle().map(\.kind) == ["page-fault"])
        #expect(!watch.hasOpenReport)
        #expect(watch.finish().isEmpty)
    }
}
