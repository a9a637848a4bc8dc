// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import ConsoleWatch
import Libvirt

/// Whatever a guest does, in the one order its driver sees it.
enum GuestEvent: Sendable {
    case message(AgentMessage)
    /// The agent's channel closed; why is known when the machine's end is, or is nobody's fault but libvirt's.
    case channelEnded
    /// The agent's channel carries something that is no message.
    case nonsense(String)
    /// Something was printed: reports it completed, and marks the agent made.
    case printed(reports: [ConsoleReport], marks: [String])
    case consoleEnded
    case stopped(DomainEvent.Stop)
    case pausedByError
    /// Nothing can be known of the guest any more.
    case disconnected
}
