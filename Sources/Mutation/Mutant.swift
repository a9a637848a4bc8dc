// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A deliberate kernel bug: a patch file whose first line describes it.
package struct Mutant: Sendable, Hashable {
    /// The file's name without its ending.
    package let name: String
    /// The first line of the patch.
    package let summary: String
    package let patch: URL
    /// The images it is for, by name; empty for every one.
    package let images: [String]
    /// Fragments the kernel needs for the bug to show, such as `kasan`.
    package let needs: [String]
    /// Why no test can tell it from the original; nil when one must.
    package let equivalent: String?
    /// What it changes, for the order in which scenarios are tried.
    package let places: [PatchPlace]

    package init(
        name: String, summary: String, patch: URL, images: [String], needs: [String], equivalent: String?,
        places: [PatchPlace]
    ) {
        self.name = name
        self.summary = summary
        self.patch = patch
        self.images = images
        self.needs = needs
        self.equivalent = equivalent
        self.places = places
    }
}
