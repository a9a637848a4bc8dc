// SPDX-License-Identifier: Apache-2.0

package import KernelBuild

/// What the scenarios say about one kernel in a search.
package struct CommitVerdict: Sendable, Codable, Hashable {
    package let mark: GitBisection.Mark
    /// One sentence for the report: what failed, or why nothing can be said.
    package let reason: String
    /// The run directory that shows it; nil when the kernel did not get that far.
    package let evidence: String?

    package init(_ mark: GitBisection.Mark, reason: String, evidence: String?) {
        self.mark = mark
        self.reason = reason
        self.evidence = evidence
    }
}
