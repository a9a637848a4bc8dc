// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The places of a session; each is used by one scenario at a time.
final class PlacePool: Sendable {
    private struct State: Sendable {
        var free: [GuestPlace]
        var waiting: [(number: UInt64, continuation: CheckedContinuation<GuestPlace?, Never>)] = []
        var nextWaiter: UInt64 = 0
    }

    let count: Int
    private let all: [GuestPlace]
    private let state: Mutex<State>

    init(_ places: [GuestPlace]) {
        count = places.count
        all = places
        state = Mutex(State(free: places))
    }

    /// Takes a place, waiting for one; those that waited longest come first.
    ///
    /// - Throws: `CancellationError`.
    func take() async throws -> GuestPlace {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let place = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<GuestPlace?, Never>) in
                let ready = state.withLock { state -> GuestPlace?? in
                    if Task.isCancelled { return .some(nil) }
                    if !state.free.isEmpty { return .some(state.free.removeFirst()) }
                    state.waiting.append((number, continuation))
                    return .none
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let continuation = state.withLock { state -> CheckedContinuation<GuestPlace?, Never>? in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiting.remove(at: index).continuation
            }
            continuation?.resume(returning: nil)
        }
        guard let place else { throw CancellationError() }
        return place
    }

    func give(back place: GuestPlace) {
        let continuation = state.withLock { state -> CheckedContinuation<GuestPlace?, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.free.append(place)
            return nil
        }
        continuation?.resume(returning: place)
    }

    /// Ends the guests of all places.
    func close() async {
        await withTaskGroup { group in
            for place in all { group.addTask { await place.close() } }
        }
    }
}
