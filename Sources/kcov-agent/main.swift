// SPDX-License-Identifier: Apache-2.0

// PID 1 of the guest: mounts what a scenario needs, finds the host's port and serves it until there is no host.

import AgentCore
import AgentProtocol
import CGuest
import Glibc
import GuestKernel

/// Puts a line on the console through the kernel's log, whole and in order with the kernel's own.
func announce(_ text: String) {
    // Level 4 is printed with the loglevel guests are booted with.
    try? SystemFile.write("<4>kcovlab-agent: \(text)\n", to: "/dev/kmsg")
}

/// The device of the virtio-serial port with the agent's name.
func findPort() throws -> String {
    let root = "/sys/class/virtio-ports"
    // The driver is built in, but its ports appear when the host's control queue was read.
    for _ in 0..<5000 {
        for name in SystemFile.names(in: root)
        where (try? SystemFile.read("\(root)/\(name)/name")) == ProtocolVersion.portName + "\n" {
            return "/dev/\(name)"
        }
        usleep(2000)
    }
    throw KernelError(
        result: -Int64(ENODEV), operation: "find the virtio-serial port \(ProtocolVersion.portName)")
}

do {
    try Mounts.mountAll()
    let ticks = AgentSession.measuredTicks()
    let channel = try ByteChannel(FileDescriptor(opening: findPort()))
    announce("ready")
    while true {
        // A port without a host only says that it is hung up, so there is nothing to block on.
        while !channel.isConnected { usleep(2000) }
        let session = AgentSession(channel: channel, ticksPerMillisecond: ticks, announce: announce)
        guard session.serve() == .parked else { break }
        // The host saves the guest when it reads this: a saved guest must know already that the line is closed.
        while channel.isConnected { usleep(2000) }
        announce("parked")
    }
} catch {
    announce("gives up: \(error)")
}
kl_power_off()
