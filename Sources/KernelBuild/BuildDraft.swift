// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A recipe whose files were read and whose compiler is known, before anything is built.
struct BuildDraft: Sendable {
    /// With the source that is really used.
    let recipe: KernelRecipe
    let inputs: BuildInputs
    /// Why that source is used, where there was a choice.
    let remarksOnSource: [String]
    let compiler: CompilerIdentity
    let provider: SourceProvider

    /// What to tell the reader before work starts.
    var remarks: [String] { inputs.remarks + inputs.request.warnings + remarksOnSource }

    func key(for source: ResolvedSource) async throws -> BuildKey {
        try await BuildKey(source: source.identity, inputs: inputs, compiler: compiler)
    }

    /// What the kernel claims: as declared, or as read from an open source with its patches.
    ///
    /// - Throws: `BuildHostError`.
    func features(of source: ResolvedSource) async throws -> [String] {
        guard recipe.isOpen else { return recipe.features }
        let files = try await PatchedFiles(
            of: source, patches: inputs.patches, reading: TreeClaims.files, provider: provider)
        return files?.claims.features ?? []
    }
}
