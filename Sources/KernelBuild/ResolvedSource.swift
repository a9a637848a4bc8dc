// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A source that is known to the byte, though perhaps not unpacked yet.
struct ResolvedSource: Sendable, Hashable {
    enum Origin: Sendable, Hashable {
        case debian(DebianSource.Resolution)
        case local(LocalTree.Resolution)
        case git(GitSource.Resolution)
    }

    let origin: Origin
    /// What the content key is made from.
    let identity: String
    /// The name of its entry in the cache.
    let id: String
    /// What the reader has to know about it.
    let remarks: [String]
}
