// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs what blocks on a thread of its own, never on the cooperative pool.
///
/// libvirt calls last from microseconds to several seconds and their number is bounded by the guests of a run, so
/// a fresh thread (some ten microseconds) is simpler than a pool and can never be used up by calls that wait.
package enum BlockingCall {
    /// Runs a body elsewhere and suspends until it is done.
    ///
    /// The body is not interrupted by cancellation; whoever can wait long polls for it.
    package static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: Result(catching: body))
            }
        }
        return try result.get()
    }
}
