// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

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

    /// Runs a body elsewhere and suspends until it is done, the limit passed or the task was cancelled.
    ///
    /// - Returns: What the body came to; nil when that was not waited for. The body goes on then, and its value is dropped.
    package static func race<Value: Sendable, Failure: Error>(
        within limit: Duration, _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure>? {
        let race = Race<Result<Value, Failure>>()
        let alarm = Task {
            try? await Task.sleep(for: limit)
            race.end(nil)
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                race.begin(continuation)
                Thread.detachNewThread { race.end(Result(catching: body)) }
            }
        } onCancel: {
            race.end(nil)
        }
    }

    /// Lets the first of several ends be the end.
    private final class Race<Value: Sendable>: Sendable {
        private enum State {
            case ready
            case running(CheckedContinuation<Value?, Never>)
            case over
        }

        private let state = Mutex(State.ready)

        func begin(_ continuation: CheckedContinuation<Value?, Never>) {
            let isOver = state.withLock { state in
                if case .over = state { return true }
                state = .running(continuation)
                return false
            }
            if isOver { continuation.resume(returning: nil) }
        }

        func end(_ value: Value?) {
            let continuation = state.withLock { state -> CheckedContinuation<Value?, Never>? in
                defer { state = .over }
                if case .running(let continuation) = state { return continuation }
                return nil
            }
            continuation?.resume(returning: value)
        }
    }
}
