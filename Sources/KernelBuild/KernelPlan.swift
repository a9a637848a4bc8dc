// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// What building a kernel would do, found out without fetching, unpacking, building or booting anything.
package struct KernelPlan: Sendable, Hashable {
    /// As reports would name it.
    package let image: String
    package let source: String
    /// What would be fetched; nil when the source is at hand.
    package let fetches: String?
    /// In the order of application.
    package let patches: [String]
    /// Names of fragments, in the order in which they are merged.
    package let fragments: [String]
    /// How many options they ask for together.
    package let options: Int
    package let compiler: String
    /// Nil when only fetching can tell.
    package let key: String?
    package let isBuilt: Bool
    /// What the kernel claims, by which scenarios choose what to check.
    package let features: [String]
    /// Processors and memory (MiB) of each guest.
    package let processors: Int
    package let memory: Int
    package let remarks: [String]
}

extension KernelBuilder {
    /// Plans the build of a choice.
    ///
    /// - Returns: The plan; a tree of the user has been read for it, and nothing else was written to the cache.
    /// - Throws: `InputError` for everything that would end the build before it starts, also patches that do not apply
    ///   as far as the source is at hand; `BuildHostError`.
    package func plan(_ choice: KernelChoice) async throws -> KernelPlan {
        let draft = try await draft(of: try recipes.resolve(choice))
        let recipe = draft.recipe
        let source = try await source(of: draft)
        var features = recipe.features
        var remarks = draft.remarks + (source?.remarks ?? [])
        let files: PatchedFiles? =
            if let source {
                try await PatchedFiles(
                    of: source, patches: draft.inputs.patches, reading: TreeClaims.files,
                    provider: draft.provider)
            } else { nil }
        if let files {
            guard files.misfits.isEmpty else { throw InputError(files.misfits) }
            let shown = files.claims.featuresOfImage.filter { !features.contains($0) }
            features = recipe.isOpen ? files.claims.features : features + shown
        } else if !draft.inputs.patches.isEmpty {
            remarks.append("whether the patches apply is not known before the source is unpacked")
        }
        let key: String? = if let source { try await draft.key(for: source).text } else { nil }
        let isBuilt = key.map { cache.exists(.kernels, $0) } ?? false
        if isBuilt, let key, let manifest = KernelManifest(of: cache.entry(.kernels, key)) {
            remarks += manifest.withheld.remarks
        }
        let requested = Dictionary(
            draft.inputs.request.requests.map { ($0.symbol, $0.value) }, uniquingKeysWith: { $1 })
        features = ConfigClaims { requested[$0] }.adding(to: features)
        let isAtHand = source.map(draft.provider.isAtHand) ?? false
        return KernelPlan(
            image: recipe.name, source: "\(recipe.source)",
            fetches: isBuilt || isAtHand ? nil : "\(recipe.source)",
            patches: draft.inputs.patches.map(\.title), fragments: recipe.fragments.map(\.name),
            options: draft.inputs.request.requests.count, compiler: draft.compiler.description, key: key,
            isBuilt: isBuilt, features: features, processors: recipe.processors, memory: recipe.memory,
            remarks: remarks)
    }

    /// Finds the mistakes that show before anything is written, even to the cache.
    ///
    /// - Throws: `InputError` for a recipe, a patch file or a tree that cannot be used, `BuildHostError`.
    package func check(_ choice: KernelChoice) async throws {
        let recipe = try recipes.resolve(choice)
        _ = try BuildInputs(recipe)
        guard case .directory(let directory, let ref) = recipe.source else { return }
        _ = try await LocalTree(
            directory: directory, ref: ref, location: recipe.sourceLocation, cache: cache
        ).lookUp()
    }

    /// What of a choice's patches does not apply to its source.
    ///
    /// - Returns: Nothing also when only fetching and unpacking can tell.
    /// - Throws: `InputError` for every other mistake that can be seen before anything is built; `BuildHostError`.
    package func misfits(of choice: KernelChoice) async throws -> [Diagnostic] {
        let draft = try await draft(of: try recipes.resolve(choice))
        guard !draft.inputs.patches.isEmpty, let source = try await source(of: draft) else { return [] }
        return try await PatchedFiles(
            of: source, patches: draft.inputs.patches, provider: draft.provider)?.misfits ?? []
    }

    /// The source whose kernel is in the cache, else the one that would be taken; nil when only fetching can tell.
    private func source(of draft: BuildDraft) async throws -> ResolvedSource? {
        let known = try await draft.provider.known()
        for source in known where cache.exists(.kernels, try await draft.key(for: source).text) {
            return source
        }
        return known.first(where: draft.provider.isAtHand) ?? known.first
    }
}
