// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Lab

/// What became of one scenario on one branch, night after night.
package struct ScenarioHistory: Sendable, Hashable {
    /// One night in which it was run.
    package struct Point: Sendable, Hashable {
        package let night: String
        package let started: Date
        package let commit: String?
        package let subject: String?
        package let release: String?
        package let accelerator: String?
        /// Seconds of the fastest cold boot of that run.
        package let boot: Double?
        package let entry: ScenarioEntry

        package init(
            night: String, started: Date, commit: String?, subject: String?, release: String?,
            accelerator: String?, boot: Double?, entry: ScenarioEntry
        ) {
            self.night = night
            self.started = started
            self.commit = commit
            self.subject = subject
            self.release = release
            self.accelerator = accelerator
            self.boot = boot
            self.entry = entry
        }
    }

    package let branch: String
    package let scenario: String
    /// Newest first; nights in which nothing was learnt are among them.
    package let points: [Point]

    package init(branch: String, scenario: String, points: [Point]) {
        self.branch = branch
        self.scenario = scenario
        self.points = points
    }

    /// The newest night in which it passed.
    package var lastPass: Point? { points.first { $0.entry.outcome == .passed } }

    /// How many of the runs of the newest nights passed, of those that say something about the kernel.
    package func passRate(last count: Int) -> (passes: Int, runs: Int) {
        let judged = points.filter(\.entry.verdict.isJudgement).prefix(count)
        return judged.reduce(into: (passes: 0, runs: 0)) { sum, point in
            sum.passes += point.entry.passes
            sum.runs += point.entry.runs
        }
    }
}
