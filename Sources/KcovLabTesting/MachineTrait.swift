// SPDX-License-Identifier: Apache-2.0

import Doctor
import Installation
public import Testing

/// Needs a machine that can run guests.
///
/// Elsewhere the tests are skipped with what is missing, or fail with it when `KCOVLAB_REQUIRE_MACHINE` is 1.
public struct MachineTrait: SuiteTrait, TestTrait {
    public var isRecursive: Bool { false }

    public func prepare(for test: Test) async throws {
        let decision = MachineDecision(
            obstacles: await Self.obstacles.value, required: Settings.current.requiresMachine)
        switch decision {
        case .run: return
        case .skip(let reason): try Test.cancel(Comment(rawValue: reason))
        case .fail(let reason): throw MissingMachine(description: reason)
        }
    }

    private static let obstacles = Task { await Doctor(settings: .current).obstacles() }
}

/// A machine was required and is not there.
struct MissingMachine: Error, CustomStringConvertible {
    let description: String
}

extension Trait where Self == MachineTrait {
    /// The tests need a machine that can run guests.
    public static var machine: Self { Self() }
}
