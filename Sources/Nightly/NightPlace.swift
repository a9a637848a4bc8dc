// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import History

/// Where everything about the nights lies.
package struct NightPlace: Sendable {
    /// The directory a user named; the report is its `index.html`.
    package let root: URL

    package init(root: URL) {
        self.root = root
    }

    package var history: URL { root.appending(path: "history.sqlite") }
    /// Held while a night goes on.
    package var lock: URL { root.appending(path: "lock") }
    /// The repository that all branches are fetched into; kernels are named after it.
    package var mirror: URL { root.appending(path: "linux") }
    package var nights: URL { root.appending(path: "nights") }

    /// The directory of one night.
    package func directory(of night: Night) -> URL { nights.appending(path: night.name) }

    /// The run directory of a branch in a night, relative to the root.
    package func evidence(of branch: NightlyConfig.Branch, in night: Night) -> String {
        "nights/\(night.name)/\(branch.directory)"
    }
}
