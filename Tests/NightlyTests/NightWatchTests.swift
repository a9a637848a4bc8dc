// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import History
import Nightly
import Synchronization
import Testing

@Suite("Night after night")
struct NightWatchTests {
    /// Time that passes only when somebody waits.
    private final class Days: Sendable {
        struct State {
            var now = Date(timeIntervalSince1970: 1_795_000_000)
            var said: [String] = []
            /// What each night was held with.
            var nights: [String] = []
            var reads = 0
        }

        let state = Mutex(State())
    }

    private func config(_ image: String, at: String = "02:00") async throws -> NightlyConfig {
        let laboratory = try await Laboratory()
        return try laboratory.read(
            """
            image: \(image)
            at: "\(at)"
            remotes: {r: /r}
            branches: [{remote: r, branch: b}]
            """)
    }

    /// Runs a watch until a number of nights were held.
    private func watch(
        nights count: Int, read: @escaping @Sendable (Int) throws -> NightlyConfig,
        night: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) async throws -> Days.State {
        let days = Days()
        let watch = NightWatch(
            now: { days.state.withLock(\.now) },
            wait: { date in
                try days.state.withLock { state in
                    guard state.nights.count < count else { throw CancellationError() }
                    #expect(date > state.now && date.timeIntervalSince(state.now) <= 86_400)
                    state.now = date
                }
            },
            read: {
                let number = days.state.withLock { state in
                    state.reads += 1
                    return state.reads
                }
                return try read(number)
            },
            night: { config in
                let number = days.state.withLock { state in
                    state.nights.append(config.branches[0].image)
                    return state.nights.count
                }
                try night(number)
            }, say: { text in days.state.withLock { $0.said.append(text) } })
        await #expect(throws: CancellationError.self) { try await watch.run() }
        return days.state.withLock { state in
            Days.State(now: state.now, said: state.said, nights: state.nights, reads: state.reads)
        }
    }

    @Test("A night a day, with the configuration as it is when the night begins")
    func days() async throws {
        let first = try await config("debian-6.12")
        let second = try await config("debian-6.1", at: "03:30")
        let state = try await watch(nights: 3) { $0 < 3 ? first : second }
        #expect(state.nights == ["debian-6.12", "debian-6.1", "debian-6.1"])
        #expect(state.said.prefix(1) == ["the next night begins at 2026-11-19T02:00:00Z"])
        #expect(state.said.contains("the next night begins at 2026-11-20T03:30:00Z"))
    }

    @Test("A typo made meanwhile is told, and the last good configuration holds until it is mended")
    func typo() async throws {
        let good = try await config("debian-6.12")
        let mended = try await config("debian-6.1")
        let place = SourceLocation(file: "nightly.yaml", line: 3, column: 1)
        let state = try await watch(nights: 3) { number in
            switch number {
            case 1, 2: return good
            case 3: throw InputError("unknown key 'branchs'", at: place)
            default: return mended
            }
        }
        #expect(state.nights == ["debian-6.12", "debian-6.12", "debian-6.1"])
        let told = state.said.filter { $0.contains("unknown key 'branchs'") }
        #expect(told.count == 1 && told[0].contains("the one before holds"))
    }

    @Test("Another night in the same place, a history that cannot be used: the next night comes all the same")
    func failures() async throws {
        let good = try await config("debian-6.12")
        let state = try await watch(nights: 3) { _ in
            good
        } night: { number in
            if number == 1 { throw NightShift.Busy(directory: "/nights") }
            if number == 2 { throw HistoryError.foreign(path: "/h", reason: "a newer kcovlab made it") }
        }
        #expect(state.nights.count == 3)
        #expect(state.said.contains { $0.contains("another night goes on in /nights") })
        #expect(state.said.contains { $0.contains("a newer kcovlab made it") })
    }

    @Test("A configuration that was never good, and being told to stop, end it")
    func endings() async throws {
        let place = SourceLocation(file: "nightly.yaml", line: 1, column: 1)
        let watch = NightWatch(
            now: { Date() }, wait: { _ in Issue.record("there is nothing to wait for") },
            read: { throw InputError("empty", at: place) }, night: { _ in }, say: { _ in })
        await #expect(throws: InputError.self) { try await watch.run() }

        let good = try await config("debian-6.12")
        let held = Mutex(0)
        let stopped = NightWatch(
            now: { Date() }, wait: { _ in }, read: { good },
            night: { _ in
                held.withLock { $0 += 1 }
                throw CancellationError()
            }, say: { _ in })
        await #expect(throws: CancellationError.self) { try await stopped.run() }
        #expect(held.withLock(\.self) == 1)
    }
}
