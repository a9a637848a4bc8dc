// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Synchronization

/// Turns what arrives on the agent's channel into events; nonsense ends the channel.
final class AgentReceiver: Sendable {
    private let decoder = Mutex(FrameDecoder<AgentMessage>())
    private let events: Mailbox<GuestEvent>

    init(events: Mailbox<GuestEvent>) {
        self.events = events
    }

    func received(_ bytes: [UInt8]) {
        decoder.withLock { decoder in
            decoder.append(bytes)
            do {
                while let message = try decoder.next() { events.post(.message(message)) }
            } catch {
                events.post(.nonsense("\(error)"))
            }
        }
    }
}
