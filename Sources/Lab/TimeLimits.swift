// SPDX-License-Identifier: Apache-2.0

/// How long phases may take on this machine, scaled by how fast its guests are.
struct TimeLimits: Hashable, Sendable {
    /// How much slower guests are here than where the limits were chosen; at least 1.
    let factor: Double

    /// Seconds from start to hello on the machine the limits were chosen on: TCG, two cores.
    static let referenceBoot = 3.0

    /// Limits before anything is known, generous enough for a machine ten times slower.
    static let unknown = TimeLimits(factor: 10)

    init(factor: Double) {
        self.factor = max(1, factor)
    }

    /// Limits for a machine on which a guest took so long to answer.
    init(bootSeconds: Double) {
        self.init(factor: bootSeconds / Self.referenceBoot)
    }

    /// Seconds a boot may take before the agent answers.
    var boot: Double { 12 * factor }
    /// Seconds a restored guest may take before the agent answers.
    var restore: Double { 10 * factor }
    /// Seconds the agent may take to answer a question about the guest.
    var answer: Double { 10 * factor }
    /// Seconds the console may lag behind the agent; a machine that is busy elsewhere is no broken console.
    var console: Double { 30 * factor }
    /// Seconds a dead guest may take to disappear.
    var settling: Double { 5 * factor }

    /// Milliseconds of guest time, for limits inside a program.
    func scaled(_ milliseconds: UInt32) -> UInt32 {
        UInt32(exactly: (Double(milliseconds) * factor).rounded()) ?? .max
    }

    /// Seconds until a program must have reported, given its own scaled limit in milliseconds.
    func program(limit milliseconds: UInt32) -> Double { Double(milliseconds) / 1000 + 20 * factor }
}
