// SPDX-License-Identifier: Apache-2.0

/// One guest as libvirt is asked to make it: a value that can be printed and compared.
package struct GuestDefinition: Hashable, Sendable {
    package var name: String
    /// Paths on the hypervisor's host.
    ///
    /// The kernel is an uncompressed vmlinux (booted through PVH), a bzImage or a
    /// multiboot image.
    package var kernel: String
    package var initramfs: String?
    package var commandLine: String
    package var processors: Int
    /// In MiB.
    package var memory: Int
    package var accelerator: Accelerator.Kind
    /// Whether the guest has a port for the agent.
    package var hasAgent: Bool

    package init(
        name: String, kernel: String, initramfs: String?, commandLine: String, processors: Int, memory: Int,
        accelerator: Accelerator.Kind, hasAgent: Bool
    ) {
        self.name = name
        self.kernel = kernel
        self.initramfs = initramfs
        self.commandLine = commandLine
        self.processors = processors
        self.memory = memory
        self.accelerator = accelerator
        self.hasAgent = hasAgent
    }

    /// What a kernel under test is booted with.
    ///
    /// A panic ends the guest at once (`panic=-1` reboots, and libvirt destroys instead). Console level 5 keeps boot
    /// messages out, each of which costs time under TCG, but no warning.
    ///
    /// - Parameter relocates: Whether the kernel may choose where it runs; otherwise addresses stay those of vmlinux.
    /// - Returns: The kernel's command line.
    package static func commandLine(relocates: Bool) -> String {
        "console=ttyS0,115200 loglevel=5 panic=-1" + (relocates ? "" : " nokaslr")
    }
}
