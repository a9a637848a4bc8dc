// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation
package import KernelBuild

/// One side of a comparison, as a word of the command line names it.
package enum ComparisonOperand: Hashable {
    /// A run directory.
    case saved(URL)
    /// A kernel that has to be run first.
    case kernel(KernelChoice)

    package var isKernel: Bool { if case .kernel = self { true } else { false } }

    /// What turns a word into a kernel.
    package struct Context {
        /// The image that trees and refs take their configuration from.
        package let image: String
        /// Where words are refs that name nothing else.
        package let tree: URL?
        /// The names of shipped images.
        package let images: [String]
        /// Whether the user knows who wrote what is built.
        package let isTrusted: Bool

        package init(image: String, tree: URL?, images: [String], isTrusted: Bool = false) {
            self.image = image
            self.tree = tree
            self.images = images
            self.isTrusted = isTrusted
        }

        /// Reads a word: a run directory, a kernel tree, `TREE@REF`, an image or a recipe file, or a ref of the tree.
        package func operand(_ word: String) -> ComparisonOperand {
            let url = URL(fileURLWithPath: word)
            if Self.isDirectory(url) {
                let isTree = FileManager.default.fileExists(atPath: url.appending(path: "Kconfig").path)
                return isTree ? kernel(image, tree: url) : .saved(url)
            }
            if let mark = word.lastIndex(of: "@") {
                let directory = URL(fileURLWithPath: String(word[..<mark]))
                let ref = String(word[word.index(after: mark)...])
                if Self.isDirectory(directory), !ref.isEmpty {
                    return kernel(image, tree: directory, ref: ref)
                }
            }
            let isRecipe = images.contains(word) || word.hasSuffix(".yaml") || word.hasSuffix(".yml")
            if let tree, !isRecipe { return kernel(image, tree: tree, ref: word) }
            return kernel(word)
        }

        private func kernel(_ image: String, tree: URL? = nil, ref: String? = nil) -> ComparisonOperand {
            .kernel(KernelChoice(image: image, tree: tree, ref: ref, isTrusted: isTrusted))
        }

        private static func isDirectory(_ url: URL) -> Bool {
            let values = try? url.resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
            return values?.isDirectory == true
        }
    }

    /// The same with patches on top.
    ///
    /// - Parameters:
    ///   - patches: Files.
    ///   - word: How the user called it.
    /// - Returns: A kernel that differs from this one by the patches.
    /// - Throws: `InputError` for a run, which cannot be patched any more.
    package func applying(_ patches: [URL], calledAs word: String) throws(InputError) -> Self {
        guard !patches.isEmpty else { return self }
        guard case .kernel(var choice) = self else {
            throw InputError(
                "--patch changes the kernel of HEAD before it runs, and '\(word)' is a run that has ended",
                at: SourceLocation(file: "--patch", line: 1, column: 1),
                suggestion: "name the image or the tree that was run")
        }
        choice.patches = patches
        return .kernel(choice)
    }
}
