// SPDX-License-Identifier: Apache-2.0

/// What may be in any task's coverage without being part of the work, and what may never be.
///
/// A task that is preempted between two calls records the way back to user mode, although it asked for nothing: those
/// functions are tolerated, each of their addresses once per repetition at most. What else the scheduler calls is found
/// in the image (`CoveragePoint.servesScheduler`) and tolerated where it is rare. Code that runs because of an interrupt
/// and the switch of tasks itself must never be recorded: those functions are forbidden in every buffer.
public struct NoiseRules: Hashable, Sendable {
    /// A function whose program counters are tolerated.
    public struct Tolerated: Hashable, Sendable {
        public let function: String
        public let reason: String

        public init(function: String, reason: String) {
            self.function = function
            self.reason = reason
        }
    }

    /// A function that kcov must not record in any context.
    public struct Forbidden: Hashable, Sendable {
        public let function: String
        public let reason: String

        public init(function: String, reason: String) {
            self.function = function
            self.reason = reason
        }
    }

    public let tolerated: [Tolerated]
    public let forbidden: [Forbidden]

    public init(tolerated: [Tolerated], forbidden: [Forbidden]) {
        self.tolerated = tolerated
        self.forbidden = forbidden
    }

    /// No tolerance and no canary: for kernels without either, and for tests.
    public static let none = Self(tolerated: [], forbidden: [])
}
