// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Night after night, whatever goes wrong with one of them.
package struct NightWatch: Sendable {
    private let now: @Sendable () -> Date
    private let wait: @Sendable (Date) async throws -> Void
    private let read: @Sendable () throws -> NightlyConfig
    private let night: @Sendable (NightlyConfig) async throws -> Void
    private let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - now: The time.
    ///   - wait: Returns when a time has come.
    ///   - read: Reads the configuration.
    ///   - night: Works through one night.
    ///   - say: Gets what is worth a line.
    package init(
        now: @escaping @Sendable () -> Date, wait: @escaping @Sendable (Date) async throws -> Void,
        read: @escaping @Sendable () throws -> NightlyConfig,
        night: @escaping @Sendable (NightlyConfig) async throws -> Void,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.now = now
        self.wait = wait
        self.read = read
        self.night = night
        self.say = say
    }

    /// Waits for each night and works through it, until it is cancelled.
    ///
    /// The configuration is read again when a night begins: one that was spoilt meanwhile is told, and the last good one
    /// holds. A night that fails is told, and the next one begins in its time.
    ///
    /// - Throws: `CancellationError`, and what reading throws before the first night: nothing good is known then.
    package func run() async throws {
        var config = try read()
        while true {
            let begin = NightPlan.next(after: now(), start: config.start)
            say("the next night begins at \(begin.formatted(.iso8601))")
            try await wait(begin)
            do { config = try read() } catch {
                say("the configuration cannot be used, so the one before holds: \(error)")
            }
            do { try await night(config) } catch {
                try Task.checkCancellation()
                if error is CancellationError { throw error }
                say("the night came to no end: \(error)")
            }
        }
    }
}
