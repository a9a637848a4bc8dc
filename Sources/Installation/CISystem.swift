// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A CI system that shows more than text.
package enum CISystem: Sendable, Hashable {
    /// `GITHUB_STEP_SUMMARY` is where it reads Markdown from; nil where it names none.
    case gitHub(summary: URL?)
    case gitLab
}
