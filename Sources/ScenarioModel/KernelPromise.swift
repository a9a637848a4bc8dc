// SPDX-License-Identifier: Apache-2.0

/// Something kcov promises to its users; scenarios name the ones they check (docs/promises.md).
///
/// A scenario checks a promise when a kernel that breaks it makes the scenario fail, and the promise is what one of its
/// steps or expectations is about.
package struct KernelPromise: Hashable, Sendable {
    /// What a promise is about; a chapter of the map.
    package enum Group: String, CaseIterable, Sendable {
        case requests = "Requests and descriptors"
        case buffers = "Buffers"
        case local = "Local coverage"
        case lifetime = "Close, exit, fork and exec"
        case handles = "Remote handles"
        case sections = "Remote sections"
        case simultaneous = "Local and remote at once"
        case paths = "Places that open sections"
        case variants = "Kernel configurations"
    }

    package let name: String
    package let group: Group
    /// What is promised, one sentence without a final stop.
    package let about: String
    /// The kernel function that keeps it, with its file, or the document that says it.
    package let source: String
    /// The functions whose sections it is about, whatever kernel has them; empty outside `paths`.
    package let openers: [String]

    package init(_ name: String, _ group: Group, _ about: String, _ source: String, openers: [String] = []) {
        self.name = name
        self.group = group
        self.about = about
        self.source = source
        self.openers = openers
    }

    /// Every promise, in the order of the map; another word in a scenario is a mistake.
    package static let all =
        requests + buffers + local + lifetime + handles + sections + simultaneous + paths
        + variants
}
