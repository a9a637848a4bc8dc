// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import PatchMail

/// Some files of a source as patches make them; nothing is unpacked or written for it.
struct PatchedFiles {
    private let fit: PatchFit
    /// What does not apply, of the first patch that does not.
    let misfits: [Diagnostic]

    /// Applies patches in memory; nil when the source has to be fetched first.
    ///
    /// - Parameters:
    ///   - source: What they are applied to.
    ///   - patches: In the order of application.
    ///   - paths: Files that somebody wants to read, besides those that the patches change.
    ///   - provider: Where the source is found.
    /// - Throws: `BuildHostError`.
    init?(
        of source: ResolvedSource, patches: [PatchFile], reading paths: [String] = [],
        provider: SourceProvider
    ) async throws {
        let wanted = Set(patches.flatMap(\.paths) + paths).sorted()
        guard let files = try await provider.contents(of: wanted, in: source) else { return nil }
        var fit = PatchFit { path in files[path].map { [UInt8]($0) } }
        var misfits: [Diagnostic] = []
        for patch in patches where misfits.isEmpty {
            misfits = fit.apply(patch.patch).map { $0.diagnostic(file: patch.file.path) }
        }
        self.fit = fit
        self.misfits = misfits
    }

    /// What the tree claims with the patches.
    var claims: TreeClaims { TreeClaims { fit.contents(of: $0) } }
}
