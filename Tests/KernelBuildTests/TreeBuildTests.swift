// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

/// Building a tree of the user, with a fake kernel.
@Suite(.timeLimit(.minutes(10))) struct TreeBuildTests {
    let fake: FakeKernel

    init() throws { fake = try FakeKernel() }

    private func recipe(ref: String? = nil) -> KernelRecipe {
        var recipe = fake.recipe()
        recipe.source = .directory(fake.tree, ref: ref)
        recipe.isOpen = true
        return recipe
    }

    private func git(_ arguments: String...) async throws {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
        try await Command("git", identity + arguments, in: fake.tree).output(to: "prepare a repository")
    }

    @Test func `A tree, its commit and the same tree elsewhere are one kernel, and one file is one object`()
        async throws
    {
        let plain = try await fake.build(recipe())
        #expect(plain.objects == 3)
        try await git("init", "-q", "-b", "main")
        try await git("add", "-A")
        try await git("commit", "-q", "-m", "first")
        #expect(try await fake.build(recipe()).events.wasReused)
        #expect(try await fake.build(recipe(ref: "main")).events.wasReused)

        try fake.write("int b = 2;\n", to: "b")
        let dirty = try await fake.build(recipe())
        #expect(dirty.objects == 1)
        #expect(dirty.kernel == (try fake.expectedKernel()))
        #expect(dirty.artifact.remarks.contains { $0.contains("1 changed file (kernel/b.c)") })
        try await git("commit", "-q", "-a", "-m", "second")
        let committed = try await fake.build(recipe(ref: "HEAD"))
        #expect(committed.events.wasReused && committed.artifact.key == dirty.artifact.key)
        #expect(try await fake.build(recipe(ref: "main~1")).artifact.key == plain.artifact.key)
    }

    @Test func `An edited tree shares what did not change, and is what it would be otherwise`() async throws {
        try fake.directory.write("x\n", to: "tree/old/gone.c")
        try fake.directory.write("x\n", to: "tree/file")
        _ = try await fake.build(recipe())
        try FileManager.default.removeItem(at: fake.tree.appending(path: "old"))
        try FileManager.default.removeItem(at: fake.tree.appending(path: "file"))
        try fake.directory.write("y\n", to: "tree/file/now a [directory].c")
        try await Command("ln", ["-s", "/etc/passwd", "link"], in: fake.tree).output(to: "link")
        try fake.write("int b = 2;\n", to: "b")
        let edited = try await fake.build(recipe())
        #expect(edited.objects == 1)
        #expect(edited.kernel == (try fake.expectedKernel()))

        let sources = fake.cache.appending(path: "sources")
        let names = try FileManager.default.contentsOfDirectory(atPath: sources.path)
        let trees = names.map { SourceTree(id: $0, entry: sources.appending(path: $0)) }
        let derived = try #require(trees.first { $0.ancestor != $0.id })
        let base = try #require(trees.first { $0.id == derived.ancestor })
        let difference = try await Command(
            "diff", ["-r", "--no-dereference", fake.tree.path, derived.root.path]
        )
        .outcome()
        #expect(difference.succeeded, "\(difference.output)")
        func inode(_ tree: SourceTree, _ path: String) throws -> UInt64 {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: tree.root.appending(path: path).path)
            return try #require(attributes[.systemFileNumber] as? UInt64)
        }
        let shared = try inode(base, "kernel/a.c") == inode(derived, "kernel/a.c")
        let changed = try inode(base, "kernel/b.c") != inode(derived, "kernel/b.c")
        #expect(shared && changed)
        let old = try String(contentsOf: base.root.appending(path: "kernel/b.c"), encoding: .utf8)
        #expect(old == "int b = 1;\n")
        let listed = fake.directory.url.appending(path: "listed")
        try await SourceManifest.write(of: derived.root, to: listed)
        let lists = try await SourceManifest.digest(of: listed) == SourceManifest.digest(of: derived.manifest)
        #expect(lists)
    }

    @Test func `An option that the tree does not know is left out, and told each time`() async throws {
        try fake.directory.write("CONFIG_KCOV=y\nCONFIG_NEWER=y\n", to: "kcov.config")
        let expected = "left out, because this tree does not know it: CONFIG_NEWER"
        let built = try await fake.build(recipe())
        #expect(built.events.remarks.contains(expected))
        #expect(built.artifact.remarks.contains(expected))
        let again = try await fake.build(recipe())
        #expect(again.events.wasReused && again.artifact.remarks.contains(expected))
        // A recipe says what it wants, so the same kernel is a mistake there.
        let error = await #expect(throws: InputError.self) { try await fake.build(fake.recipe()) }
        #expect(error?.diagnostics.map(\.location.line) == [2])
    }

    @Test func `A tree that does not know KCOV is a mistake`() async throws {
        try fake.directory.write("config OTHER\n\tbool \"other\"\n", to: "tree/Kconfig")
        try fake.directory.write(
            String(contentsOf: fake.tree.appending(path: "Makefile"), encoding: .utf8)
                .replacing("(TINY|KCOV)", with: "(TINY|OTHER)"), to: "tree/Makefile")
        let error = await #expect(throws: InputError.self) { try await fake.build(recipe()) }
        #expect(error?.description.contains("CONFIG_KCOV does not exist in this kernel") == true)
    }
}
