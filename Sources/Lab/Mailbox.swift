// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A queue with many senders and one receiver that waits with a limit.
final class Mailbox<Element: Sendable>: Sendable {
    /// What a wait came to.
    enum Delivery: Sendable {
        case element(Element)
        /// The limit passed first.
        case late
        /// The receiving task was cancelled.
        case cancelled
    }

    private struct State: Sendable {
        var elements: [Element] = []
        var waiter: (number: UInt64, continuation: CheckedContinuation<Delivery, Never>)?
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Adds an element; from any thread.
    func post(_ element: Element) {
        let waiter = state.withLock { state -> CheckedContinuation<Delivery, Never>? in
            guard let waiter = state.waiter else {
                state.elements.append(element)
                return nil
            }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume(returning: .element(element))
    }

    /// Takes the oldest element, waiting until the deadline for one; only one task may wait.
    func next(until deadline: ContinuousClock.Instant) async -> Delivery {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let alarm = Task { [weak self] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            self?.release(number, .late)
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Delivery? in
                    if !state.elements.isEmpty { return .element(state.elements.removeFirst()) }
                    if Task.isCancelled { return .cancelled }
                    if deadline <= .now { return .late }
                    state.waiter = (number, continuation)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            release(number, .cancelled)
        }
    }

    private func release(_ number: UInt64, _ delivery: Delivery) {
        let waiter = state.withLock { state -> CheckedContinuation<Delivery, Never>? in
            guard let waiter = state.waiter, waiter.number == number else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume(returning: delivery)
    }
}
