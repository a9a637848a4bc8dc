// SPDX-License-Identifier: Apache-2.0

/// What is known about a guest when its run is over.
package struct RunFacts: Sendable {
    /// How the machine ended, as libvirt or QEMU says.
    package enum MachineEnd: Hashable, Sendable {
        /// The guest powered itself off, or reset itself: QEMU ends either way, and libvirt does not say which it was.
        case poweredOff
        /// We ended it.
        case ended
        /// QEMU itself went away, for this reason.
        case died(String)
    }

    /// A time limit that ran out.
    package enum Limit: Hashable, Sendable {
        /// Until the agent's hello, after this many seconds.
        case boot(seconds: Double)
        /// The agent said nothing for this many seconds.
        case silence(seconds: Double)
        /// A step did not return; the step as the scenario writes it.
        case step(String, seconds: Double)
        /// The whole program took longer.
        case program(seconds: Double)
    }

    /// Whether the agent introduced itself.
    package var helloSeen = false
    /// Whether the agent reported the result of everything it was given.
    package var isFinished = false
    /// Whether the agent's channel was closed from the other side.
    package var channelClosed = false
    /// Nil while the machine runs.
    package var machineEnd: MachineEnd?
    /// Reports of the console, in order, without the tolerated ones.
    package var reports: [ConsoleReport] = []
    package var phase = ConsolePhase.silent
    /// Bytes the console delivered.
    package var consoleBytes = 0
    /// Seconds since the console's last byte; nil when not measured.
    package var consoleSilence: Double?
    package var expired: Limit?
    /// What broke on our side: libvirt, disk, a limit of the machine; nil when nothing did.
    package var hostError: String?
    /// Whether the user asked to stop.
    package var isInterrupted = false

    package init() {}
}
