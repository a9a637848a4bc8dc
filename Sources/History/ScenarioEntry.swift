// SPDX-License-Identifier: Apache-2.0

package import Lab

/// What one scenario came to in one night.
package struct ScenarioEntry: Sendable, Hashable {
    /// How much one buffer recorded.
    package struct Buffer: Sendable, Hashable {
        package let name: String
        package let mode: String
        /// Records in the buffer.
        package let total: UInt64
        /// Different program counters among them.
        package let distinct: Int

        package init(name: String, mode: String, total: UInt64, distinct: Int) {
            self.name = name
            self.mode = mode
            self.total = total
            self.distinct = distinct
        }
    }

    /// The scenario's name; `building` and `booting` stand for what comes before any scenario.
    package let scenario: String
    /// The catalogue id.
    package let id: String?
    package var outcome: Outcome
    package var verdict: NightVerdict
    package var seconds: Double
    /// How often it ran tonight, repetitions included, and how often it passed.
    package var runs: Int
    package var passes: Int
    package var reason: String?
    /// What a bisection found, one sentence.
    package var culprit: String?
    package var buffers: [Buffer]

    /// Stands for the build of the kernel; no scenario can have the name.
    package static let building = "(build)"
    /// Stands for the boot of the kernel.
    package static let booting = "(boot)"

    package init(
        scenario: String, id: String? = nil, outcome: Outcome, verdict: NightVerdict, seconds: Double = 0,
        runs: Int = 1, passes: Int = 0, reason: String? = nil, culprit: String? = nil, buffers: [Buffer] = []
    ) {
        self.scenario = scenario
        self.id = id
        self.outcome = outcome
        self.verdict = verdict
        self.seconds = seconds
        self.runs = runs
        self.passes = passes
        self.reason = reason
        self.culprit = culprit
        self.buffers = buffers
    }
}
