// SPDX-License-Identifier: Apache-2.0

/// Something a kernel claims to do or to be, by which scenarios decide what applies (images/README.md).
package struct KernelFeature: Hashable, Sendable {
    package let name: String
    /// What the claim says, one sentence without a final stop.
    package let about: String

    /// A kernel without comparison mode.
    static let pcOnly = "pc-only"
    /// A kernel whose accesses KASAN watches.
    package static let kasan = "kasan"
    /// A kernel that runs at a random address.
    package static let kaslr = "kaslr"
    /// A kernel that only scenarios with `build` say something about.
    package static let kcovOff = "kcov-off"
    /// A kernel that records nothing.
    static let uninstrumented = "uninstrumented"

    /// The features a scenario can name; another word in a scenario is a mistake, or it would never apply.
    package static let all = [
        KernelFeature(
            name: Contract.simultaneous.feature,
            about: "one thread may hold a local and a remote descriptor at the same time"),
        KernelFeature(
            name: "arch-instrumented",
            about: "arch/x86/kernel is instrumented, so exits to user mode leave coverage"),
        KernelFeature(
            name: "bluetooth-annotations", about: "Bluetooth packets are parsed in sections of who wrote them"
        ),
        KernelFeature(
            name: "fix-cmp-count-guard",
            about: "an impossible record count in a comparison buffer is ignored instead of followed"),
        KernelFeature(name: "nfc-annotations", about: "NCI and raw NFC socket work runs in sections"),
        KernelFeature(name: "selftest", about: "CONFIG_KCOV_SELFTEST exists"),
        KernelFeature(
            name: "vhost-fork-owner", about: "VHOST_SET_FORK_FROM_OWNER chooses the kind of worker"),
        KernelFeature(
            name: "vhost-task", about: "a vhost worker is a thread of the process that owns the device"),
        KernelFeature(name: "vhost-workers", about: "a vhost device can have several workers"),
        KernelFeature(name: "boot-selftest", about: "kcov tests itself at boot"),
        KernelFeature(name: "clang", about: "clang compiled it"),
        KernelFeature(
            name: "common-handle-type", about: "a common handle has a type, struct kcov_common_handle_id"),
        KernelFeature(name: kcovOff, about: "CONFIG_KCOV is off"),
        KernelFeature(name: kasan, about: "KASAN watches every access, to vmalloc memory too"),
        KernelFeature(name: kaslr, about: "it runs at a random address"),
        KernelFeature(
            name: "lockdep", about: "every lock is proven, and every sleep in atomic context reported"),
        KernelFeature(name: pcOnly, about: "comparison mode is compiled out"),
        KernelFeature(name: "preempt-rt", about: "softirqs and most locks can be preempted"),
        KernelFeature(name: "preemptible", about: "tasks are preempted inside the kernel, softirqs are not"),
        KernelFeature(
            name: "small-irq-area",
            about: "a softirq section has room for 127 program counters, the least there is"),
        KernelFeature(name: uninstrumented, about: "kcov is there, and nothing is instrumented"),
        KernelFeature(name: "uniprocessor", about: "it was built for one processor"),
        KernelFeature(name: "vhost-scsi", about: "it has the vhost device that can have several workers"),
    ]
}

/// A promise that kernels make in one of two ways; a scenario that depends on it checks either.
package struct Contract: Hashable, Sendable {
    /// The feature whose claim decides.
    package let feature: String
    /// The contract of a kernel that claims the feature, as reports and conditions call it.
    package let claimed: String
    /// The contract of a kernel that does not.
    package let unclaimed: String

    /// Whether a thread may hold two descriptors at once, or the second enable is EBUSY.
    package static let simultaneous = Contract(
        feature: "simultaneous-enable", claimed: "simultaneous", unclaimed: "exclusive")

    package static let all = [simultaneous]
}
