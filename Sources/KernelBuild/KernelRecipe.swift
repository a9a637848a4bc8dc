// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation

/// What a kernel is made of: source, patches, configuration and compiler, with everything inherited filled in.
///
/// A plain value: nothing is fetched, and only the existence of files was checked.
package struct KernelRecipe: Sendable, Hashable {
    /// A file the recipe names, and the place that names it.
    package struct Input: Sendable, Hashable {
        /// As the recipe writes it, for messages.
        package let name: String
        package let file: URL
        package let location: SourceLocation

        package init(name: String, file: URL, location: SourceLocation) {
            self.name = name
            self.file = file
            self.location = location
        }
    }

    /// Where a kernel tree comes from.
    package enum Source: Sendable, Hashable {
        /// A package that holds a linux-source tarball; the digest is of the .deb, in lower-case hexadecimal.
        case debian(package: String, version: String, sha256: String?)
        /// A tree on this machine as it is, or a commit of its repository; it is read, never written.
        case directory(URL, ref: String? = nil)
        /// A repository and a branch, tag or commit.
        case git(url: String, ref: String)
    }

    package enum Compiler: String, Sendable, Hashable, CaseIterable {
        case gcc
        /// With the LLVM linker and binary utilities (LLVM=1).
        case clang
    }

    package var name: String
    package var source: Source
    package var sourceLocation: SourceLocation
    /// Applied in this order with `-p1`.
    package var patches: [Input]
    /// Applied after those: what the user wants to know about.
    package var series: [Input] = []
    /// How many of the patches in `series` are applied; nil for all.
    package var step: Int?
    /// Whether the source is whatever the user has: what it claims is read from it, and options that it does not know are
    /// left out.
    package var isOpen = false
    /// Whether it may be built where no sandbox can be had, because the user knows who wrote it.
    package var isTrusted = false
    /// Merged in this order; a later one wins.
    package var fragments: [Input]
    /// What the kernel claims to do beyond its version, such as `simultaneous-enable`.
    package var features: [String]
    package var compiler: Compiler
    /// Processors of the guest.
    package var processors: Int
    /// Memory of the guest in MiB.
    package var memory: Int

    package init(
        name: String, source: Source, sourceLocation: SourceLocation, patches: [Input] = [],
        fragments: [Input] = [], features: [String] = [], compiler: Compiler = .gcc, processors: Int = 2,
        memory: Int = 512
    ) {
        self.name = name
        self.source = source
        self.sourceLocation = sourceLocation
        self.patches = patches
        self.fragments = fragments
        self.features = features
        self.compiler = compiler
        self.processors = processors
        self.memory = memory
    }
}

extension KernelRecipe {
    /// Makes sure that the kernel is configured as its declared features say.
    ///
    /// - Parameters:
    ///   - claims: What the finished configuration says.
    ///   - config: The file the claims were read from, for messages.
    /// - Throws: `InputError` with each feature that the configuration does not bear out.
    func verifyFeatures(_ claims: ConfigClaims, of config: URL) throws(InputError) {
        let place = SourceLocation(file: config.path, line: 1, column: 1)
        let contradictions = claims.contradictions(to: features, image: name)
        if !contradictions.isEmpty { throw InputError(contradictions.map { Diagnostic($0, at: place) }) }
    }
}

extension KernelRecipe.Source: CustomStringConvertible {
    package var description: String {
        switch self {
        case .debian(let package, let version, _): "\(package) \(version)"
        case .directory(let directory, ref: nil): directory.path
        case .directory(let directory, let ref?): "\(directory.path) \(ref)"
        case .git(let url, let ref): "\(url) \(ref)"
        }
    }
}
