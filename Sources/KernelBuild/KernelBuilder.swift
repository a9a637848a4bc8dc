// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
package import Installation

/// Turns a recipe into a kernel: from the cache when it is there, else by building it.
///
/// A recipe goes in and an artifact comes out; everything in between is named by content, so calling it again, from
/// another process or after an interruption is always right.
package struct KernelBuilder: Sendable {
    /// Bytes that must be free before work starts.
    struct SpaceNeeds: Sendable {
        /// For a package and its unpacked tree: measured 1.9 GB for 6.12.
        var tree: UInt64 = 2_100_000_000
        /// For a build directory and the finished kernel.
        var build: UInt64 = 1_000_000_000
    }

    let recipes: RecipeStore
    let cache: KernelCache
    var needs = SpaceNeeds()

    /// - Parameters:
    ///   - settings: Where the cache is and how large it may grow.
    ///   - shipped: Where recipes and fragments are.
    package init(settings: Settings, shipped: ShippedData) {
        recipes = RecipeStore(shipped: shipped)
        cache = KernelCache(root: settings.cache, limit: settings.cacheLimit)
    }

    /// Builds a kernel that was chosen.
    ///
    /// - Parameters:
    ///   - choice: An image and its changes.
    ///   - onEvent: Called in order, from one task.
    /// - Returns: The kernel; it stays in the cache for as long as this process lives.
    /// - Throws: `InputError`, `KernelBuildFailure`, `BuildHostError`, `SandboxUnavailable`, `CancellationError`.
    package func build(_ choice: KernelChoice, onEvent: (BuildEvent) -> Void) async throws -> KernelArtifact {
        try await build(try recipes.resolve(choice), onEvent: onEvent)
    }

    /// Builds a recipe.
    ///
    /// - Parameters:
    ///   - recipe: What to build.
    ///   - onEvent: Called in order, from one task.
    /// - Returns: The kernel; it stays in the cache for as long as this process lives.
    /// - Throws: `InputError`, `KernelBuildFailure`, `BuildHostError`, `SandboxUnavailable`, `CancellationError`.
    package func build(
        _ recipe: KernelRecipe, onEvent: (BuildEvent) -> Void
    ) async throws -> KernelArtifact {
        let draft = try await draft(of: recipe)
        let (recipe, inputs, compiler, provider) = (
            draft.recipe, draft.inputs, draft.compiler, draft.provider
        )
        for remark in draft.remarks { onEvent(.remark(image: recipe.name, text: remark)) }

        let known = try await provider.known()
        // Not before: bad input leaves nothing in the cache.
        try cache.prepare()
        for source in known {
            let key = try await draft.key(for: source)
            if let artifact = try await reuse(key, for: draft, source: source, onEvent: onEvent) {
                return artifact
            }
        }
        let sandboxGap = try await sandboxGap(of: recipe)
        onEvent(.phase(image: recipe.name, name: "fetch"))
        let source = try await provider.fetch(beside: known)
        for remark in source.remarks { onEvent(.remark(image: recipe.name, text: remark)) }
        let key = try await draft.key(for: source)
        let job = BuildJob(
            recipe: recipe, inputs: inputs, compiler: compiler, source: source, key: key.text, cache: cache,
            provider: provider, needs: needs, sandboxGap: sandboxGap)
        while true {
            if let artifact = try await reuse(key, for: draft, source: source, onEvent: onEvent) {
                return artifact
            }
            let start = ContinuousClock.now
            let built = try await FileLock.holding(
                cache.lock(.builds, key.text), .exclusive,
                onWait: { onEvent(.waiting(image: recipe.name, key: key.text)) }
            ) {
                // Whoever had the lock before has probably built it.
                if cache.exists(.kernels, key.text) { return false }
                try await job.run(onEvent: onEvent)
                return true
            }
            guard built, let artifact = try await artifact(key, for: draft, source: source) else { continue }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            try await cache.evict(keeping: ["builds/\(key.text)"])
            onEvent(.finished(image: recipe.name, key: key.text, seconds: seconds))
            return artifact
        }
    }

    /// Why there is no sandbox for a recipe whose source the user trusts; nil when there is one.
    ///
    /// - Throws: `SandboxUnavailable` where nobody trusts the source, `CancellationError`.
    private func sandboxGap(of recipe: KernelRecipe) async throws -> String? {
        do {
            try await BuildSandbox.probe()
            return nil
        } catch let error as SandboxUnavailable where recipe.isTrusted {
            return error.reason
        }
    }

    private func reuse(
        _ key: BuildKey, for draft: BuildDraft, source: ResolvedSource, onEvent: (BuildEvent) -> Void
    ) async throws -> KernelArtifact? {
        guard let artifact = try await artifact(key, for: draft, source: source) else { return nil }
        onEvent(.reused(image: draft.recipe.name, key: key.text))
        return artifact
    }

    /// The kernel of a key, if it is in the cache.
    private func artifact(
        _ key: BuildKey, for draft: BuildDraft, source: ResolvedSource
    ) async throws -> KernelArtifact? {
        let entry = cache.entry(.kernels, key.text)
        guard try await cache.retain(kernel: key.text), let manifest = KernelManifest(of: entry) else {
            return nil
        }
        cache.touch(.kernels, key.text)
        let recipe = draft.recipe
        if !recipe.isOpen {
            let objections = draft.inputs.request.requests.compactMap { request in
                manifest.withheld.objection(to: request.symbol).map { Diagnostic($0, at: request.location) }
            }
            if !objections.isEmpty { throw InputError(objections) }
        }
        let config = entry.appending(path: "config")
        guard let text = try? String(contentsOf: config, encoding: .utf8) else {
            throw BuildHostError("\(config.path) cannot be read; remove \(entry.path) to build it again")
        }
        let claims = ConfigClaims(KernelConfig(text))
        try recipe.verifyFeatures(claims, of: config)
        return KernelArtifact(
            image: recipe.name, key: key.text, release: manifest.release, directory: entry,
            vmlinux: entry.appending(path: "vmlinux"), bootImage: entry.appending(path: "bzImage"),
            config: config, features: claims.adding(to: try await draft.features(of: source)),
            featuresAreRead: recipe.isOpen,
            processors: recipe.processors, memory: recipe.memory,
            remarks: source.remarks + draft.remarksOnSource + manifest.withheld.remarks
                + (manifest.remarksOnBuild ?? []),
            warnings: manifest.warnings)
    }

    /// A recipe with everything that is known before its source is looked for.
    func draft(of recipe: KernelRecipe) async throws -> BuildDraft {
        let inputs = try BuildInputs(recipe)
        let (settled, remarks) = try await SeriesBase(recipe: recipe, series: inputs.series, cache: cache)
            .settle()
        return BuildDraft(
            recipe: settled, inputs: inputs, remarksOnSource: remarks,
            compiler: try await CompilerIdentity.current(recipe.compiler),
            provider: SourceProvider(cache: cache, recipe: settled, treeSize: needs.tree))
    }
}
