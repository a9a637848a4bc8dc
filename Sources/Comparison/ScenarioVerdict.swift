// SPDX-License-Identifier: Apache-2.0

/// What became of a scenario between two runs, in the order a reader wants to know it.
package enum ScenarioVerdict: String, CaseIterable, Sendable, Codable {
    /// It is worse than before, or does not keep a promise that was not asked of it before.
    case broken
    /// One side did not judge it: the host lost it, or it was skipped.
    case unknown
    /// It passes and did not.
    case fixed
    /// It passes under another promise than before.
    case changedContract = "changed-contract"
    /// Only the second run has it, or only the second kernel is one that it says something about.
    case new
    /// Only the first run has it, or only the first kernel is one that it says something about.
    case gone
    case same
}
