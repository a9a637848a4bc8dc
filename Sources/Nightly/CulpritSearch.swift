// SPDX-License-Identifier: Apache-2.0

package import Bisection
package import Foundation
package import KernelBuild
package import ScenarioModel

/// Finds the commit that broke something.
package protocol CulpritSearch: Sendable {
    /// Searches between a commit that was good and one that is bad.
    ///
    /// - Parameters:
    ///   - question: What broke and where.
    ///   - deadline: When the search has to give up.
    /// - Returns: One sentence for the report: the culprit, or how far the search came.
    /// - Throws: What kept the search from an answer.
    func culprit(of question: CulpritQuestion, until deadline: ContinuousClock.Instant) async throws -> String
}

/// What a search for a culprit has to go on.
package struct CulpritQuestion: Sendable {
    /// The kernel of tonight; its tree is the mirror, its ref the bad commit.
    package let kernel: KernelChoice
    /// Full hashes.
    package let good: String
    package let bad: String
    /// What makes a commit bad.
    package let kind: CommitJudge.Question
    /// What failed; of a kernel that does not build or boot, the one to try it with.
    package let scenario: Scenario
    package let host: String
    /// Kernels that may be built.
    package let builds: Int
    /// Where the search may leave its files; does not exist yet.
    package let directory: URL
}
