// SPDX-License-Identifier: Apache-2.0

package import KernelBuild

/// Exit codes as `git bisect run` understands them (git-bisect(1)).
package enum BisectStatus {
    /// The code of a verdict.
    package static func code(for mark: GitBisection.Mark) -> Int32 {
        switch mark {
        case .good: 0
        case .bad: 1
        // The current commit cannot be tested.
        case .skip: 125
        }
    }

    /// The code of a command that came to no verdict: git stops at 128 and above, and would take less for a bad commit.
    ///
    /// - Parameters:
    ///   - code: What the command would exit with, not 0.
    ///   - arguments: Of the command line, which may not have been understood.
    /// - Returns: The same unless the command was to judge a commit.
    package static func code(for code: Int32, of arguments: [String]) -> Int32 {
        arguments.first == "run" && arguments.contains("--bisect") && code < 128 ? 128 + code : code
    }
}
