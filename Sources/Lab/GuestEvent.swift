// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import ConsoleWatch
import Libvirt

/// Whatever a guest does, in the one order its driver sees it.
enum GuestEvent: Sendable {
    case message(AgentMessage)
    /// The agent's channel is of no more use; the reason is nil when the other side closed it.
    case channelEnded(reason: String?)
    /// Something was printed: reports it completed, and marks the agent made.
    case printed(reports: [ConsoleReport], marks: [String])
    case consoleEnded
    case stopped(DomainEvent.Stop)
    case pausedByError
}
