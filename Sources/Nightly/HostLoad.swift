// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the hosts of a night have to do, so that work goes to one that is free.
final class HostLoad: Sendable {
    private struct State: Sendable {
        /// How many tasks a host has now, and how many it has had.
        var tasks: [String: (now: Int, ever: Int)] = [:]
        var out: Set<String> = []
    }

    private let hosts: [String]
    private let state = Mutex(State())

    /// - Parameter hosts: libvirt URIs; those that had as much to do are taken in this order.
    init(_ hosts: [String]) {
        self.hosts = hosts
    }

    /// Remembers that a host failed: from now on it comes last.
    func lose(_ host: String) {
        _ = state.withLock { $0.out.insert(host) }
    }

    /// Does something on the host that has least to do.
    ///
    /// - Parameters:
    ///   - tried: Hosts that are no choice.
    ///   - body: Gets the host; nil when none is left.
    /// - Returns: What the body returned.
    /// - Throws: What the body throws.
    func withHost<Value: Sendable>(
        besides tried: [String] = [], _ body: (String?) async throws -> Value
    ) async throws -> Value {
        let host = state.withLock { state in
            let best = hosts.indices.filter { !tried.contains(hosts[$0]) }.min { left, right in
                rank(left, state) < rank(right, state)
            }
            guard let best else { return String?.none }
            let tasks = state.tasks[hosts[best]] ?? (0, 0)
            state.tasks[hosts[best]] = (tasks.now + 1, tasks.ever + 1)
            return hosts[best]
        }
        defer { if let host { state.withLock { $0.tasks[host]?.now -= 1 } } }
        return try await body(host)
    }

    private func rank(_ index: Int, _ state: borrowing State) -> (Int, Int, Int, Int) {
        let tasks = state.tasks[hosts[index]] ?? (0, 0)
        return (state.out.contains(hosts[index]) ? 1 : 0, tasks.now, tasks.ever, index)
    }
}
