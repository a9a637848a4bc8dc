// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A clone with a work tree, as a developer has one.
struct KernelClone: Sendable {
    let directory: URL

    /// Runs git there and returns what it printed.
    @discardableResult
    func git(_ arguments: String...) async throws -> String {
        try await KernelRemote.run(
            "git", ["-C", directory.path, "-c", "advice.detachedHead=false"] + arguments)
    }
}
