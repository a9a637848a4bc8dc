// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Turns Ctrl-C and SIGTERM into cancellation of the work they interrupt.
///
/// The first signal cancels and lets everything end in order; the second ends the process at once, and the
/// supervisor of a run then ends its guests.
package final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)
    private let isWatching = Mutex(false)

    package init() {}

    /// The signal that came first, if one came.
    package var signal: Int32? { received.withLock(\.self) }

    /// Runs work that a signal cancels; work inside of such work is cancelled with it.
    package func cancelling<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let isOutermost = isWatching.withLock { isWatching in
            defer { isWatching = true }
            return !isWatching
        }
        guard isOutermost else { return try await work() }
        defer { isWatching.withLock { $0 = false } }
        let task = Task { try await work() }
        let sources = [SIGINT, SIGTERM].map { number in
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { [self] in
                let isFirst = received.withLock { first in
                    defer { first = first ?? number }
                    return first == nil
                }
                guard isFirst else { _exit(128 + number) }
                CommandOutput.diagnostic(
                    "\nkcovlab: interrupted, ending guests and builds (again: end at once)")
                task.cancel()
            }
            source.activate()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        return try await task.value
    }
}
