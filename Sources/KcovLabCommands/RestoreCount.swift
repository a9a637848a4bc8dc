// SPDX-License-Identifier: Apache-2.0

import Lab

/// Counts the guests that came from a saved state and answered; where restoring fails, a guest boots instead.
struct RestoreCount: Sendable {
    private(set) var restored = 0
    /// By number, whether the guest that starts there is restored.
    private var starting: [Int: Bool] = [:]

    mutating func receive(_ event: RunEvent) {
        switch event {
        case .guestStarting(let number, let cold): starting[number] = !cold
        case .guestReady(let number, _):
            if starting.removeValue(forKey: number) == true { restored += 1 }
        default: break
        }
    }
}
