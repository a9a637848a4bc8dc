// SPDX-License-Identifier: Apache-2.0

/// What may be in any task's coverage without being part of the work, and what may never be.
///
/// A task that is preempted between two calls records the way back to user mode, although it asked for nothing: those
/// functions are tolerated up to a cap. Code that runs because of an interrupt must never be recorded: those functions
/// are forbidden in every buffer.
public struct NoiseRules: Hashable, Sendable {
    /// A function whose program counters are tolerated.
    public struct Tolerated: Hashable, Sendable {
        public let function: String
        public let reason: String
        /// The most program counters of this function for each started thousand of repetitions.
        public let cap: UInt64

        public init(function: String, reason: String, cap: UInt64) {
            self.function = function
            self.reason = reason
            self.cap = cap
        }
    }

    /// A function that only ever runs because of an interrupt.
    public struct Interrupt: Hashable, Sendable {
        public let function: String
        public let reason: String

        public init(function: String, reason: String) {
            self.function = function
            self.reason = reason
        }
    }

    public let tolerated: [Tolerated]
    public let interrupts: [Interrupt]

    public init(tolerated: [Tolerated], interrupts: [Interrupt]) {
        self.tolerated = tolerated
        self.interrupts = interrupts
    }

    /// No tolerance and no canary: for kernels without either, and for tests.
    public static let none = Self(tolerated: [], interrupts: [])
}
