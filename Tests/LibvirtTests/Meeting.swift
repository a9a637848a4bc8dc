// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Where threads wait until a number of them is there.
final class Meeting: Sendable {
    private let size: Int
    private let arrived = Mutex(0)
    private let changes = NSCondition()

    init(size: Int) { self.size = size }

    /// Waits for the others; false when they did not come in time.
    func join(within seconds: Double) -> Bool {
        changes.lock()
        defer { changes.unlock() }
        arrived.withLock { $0 += 1 }
        changes.broadcast()
        let deadline = Date(timeIntervalSinceNow: seconds)
        while arrived.withLock(\.self) < size {
            guard changes.wait(until: deadline) else { return false }
        }
        return true
    }
}
