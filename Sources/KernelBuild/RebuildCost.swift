// SPDX-License-Identifier: Apache-2.0

/// About how many objects a build must compile again when it starts from that of a relative.
struct RebuildCost: Hashable, Sendable {
    /// Source files that are new or different.
    let changed: [String]
    /// Requested options that differ.
    let options: Int

    /// Whether a header is among the files: which objects depend on it shows only as they are compiled.
    var hasHeaders: Bool { changed.contains { $0.hasSuffix(".h") } }

    /// For comparing relatives: an option usually changes more objects than a file of code does, and a header, such as
    /// include/linux/sched.h, may change all of them.
    var weight: Int {
        changed.reduce(options * 20) { $0 + ($1.hasSuffix(".h") ? 100 : 1) }
    }
}
