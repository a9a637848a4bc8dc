// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import PatchMail

/// Decides what a series is applied to when it names the commit it was made for.
///
/// The tree as it is comes first: it is what the user pointed at. Its base commit is taken only when the series does not
/// apply there, the tree's repository has the commit, and the user named no other one. Either way the reader is told.
struct SeriesBase: Sendable {
    let recipe: KernelRecipe
    /// All patches of the series, so that each step of it has the same base.
    let series: [PatchFile]
    let cache: KernelCache

    /// The recipe with the source to use.
    ///
    /// - Returns: The recipe, and what the reader has to know.
    /// - Throws: `InputError` for a tree that cannot be read, `BuildHostError`.
    func settle() async throws -> (recipe: KernelRecipe, remarks: [String]) {
        guard recipe.isOpen, case .directory(let directory, ref: nil) = recipe.source else {
            return (recipe, [])
        }
        let bases = Set(series.compactMap(\.patch.baseCommit))
        guard let base = bases.first else { return (recipe, []) }
        if bases.count > 1 {
            return (recipe, ["the patches name \(bases.count) different base commits, so none is used"])
        }
        let name = base.prefix(12)
        let tree = LocalTree(
            directory: directory, ref: nil, location: recipe.sourceLocation, cache: cache)
        guard let commit = try await tree.commit(base) else {
            return (recipe, ["the series was made for commit \(name), which \(directory.path) does not have"])
        }
        var based = recipe
        based.source = .directory(directory, ref: commit)
        let trees = try await (
            tree.resolve().tree,
            LocalTree(
                directory: directory, ref: commit, location: recipe.sourceLocation, cache: cache
            ).resolve().tree
        )
        // Nothing to choose between.
        if trees.0 == trees.1 { return (recipe, []) }
        let misfits = try await misfits(of: recipe)
        if misfits.isEmpty {
            let remark =
                "the series was made for commit \(name) and applies to the tree as it is, which is tested "
                + "(--ref \(name) tests it where it was made)"
            return (recipe, [remark])
        }
        guard try await self.misfits(of: based).isEmpty else {
            return (
                recipe,
                ["the series applies neither to the tree as it is nor to commit \(name), which it names"]
            )
        }
        let remark =
            "the series does not apply to the tree as it is, but to commit \(name), for which it was made: "
            + "that is tested"
        return (based, [remark])
    }

    private func misfits(of recipe: KernelRecipe) async throws -> [Diagnostic] {
        let provider = SourceProvider(cache: cache, recipe: recipe, treeSize: 0)
        guard let source = try await provider.known().first else { return [] }
        return try await PatchedFiles(of: source, patches: series, provider: provider)?.misfits ?? []
    }
}
