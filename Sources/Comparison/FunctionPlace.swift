// SPDX-License-Identifier: Apache-2.0

/// A function of the kernel's source, wherever a compiler put its code.
///
/// The file tells functions apart that share a name, as static ones do.
package struct FunctionPlace: Hashable, Comparable, Sendable, Codable {
    package let name: String
    /// Relative to the top of the kernel tree; empty where the image has no lines.
    package let file: String

    package init(name: String, file: String) {
        self.name = name
        self.file = file
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.name) < (right.file, right.name)
    }
}
