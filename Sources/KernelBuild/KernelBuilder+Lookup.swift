// SPDX-License-Identifier: Apache-2.0

package import Foundation

extension KernelBuilder {
    /// The image of a kernel that was built before; it stays in the cache for as long as this process lives.
    ///
    /// - Parameter key: As a run recorded it; may be anything.
    /// - Returns: The uncompressed image; nil when the cache does not have it (any more).
    /// - Throws: `BuildHostError`.
    package func image(ofKey key: String) async throws -> URL? {
        guard !key.isEmpty, key.utf8.count <= 64, key.allSatisfy(\.isHexDigit), cache.exists(.kernels, key),
            try await cache.retain(kernel: key)
        else { return nil }
        return cache.entry(.kernels, key).appending(path: "vmlinux")
    }
}
