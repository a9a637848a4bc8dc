// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite struct BuildKeyTests {
    let directory: TestDirectory
    let gcc = CompilerIdentity(compiler: .gcc, versions: ["gcc 12.2.0", "GNU ld 2.40"], toolchain: nil)

    init() throws { directory = try TestDirectory() }

    private func inputs(fragments: [String], patches: [String] = []) throws -> BuildInputs {
        let location = SourceLocation(file: "r.yaml", line: 1, column: 1)
        func files(_ texts: [String], _ kind: String) throws -> [KernelRecipe.Input] {
            try texts.enumerated().map { index, text in
                let file = try directory.write(text, to: "\(UUID().uuidString).\(kind)")
                return .init(name: "\(kind)\(index)", file: file, location: location)
            }
        }
        return try BuildInputs(
            KernelRecipe(
                name: "r", source: .directory(directory.url), sourceLocation: location,
                patches: files(patches, "patch"), fragments: files(fragments, "config")))
    }

    private func key(
        _ source: String = "debian aa", _ fragments: [String] = ["CONFIG_A=y\n", "CONFIG_B=y\n"],
        _ patches: [String] = [], compiler: CompilerIdentity? = nil
    ) async throws -> String {
        try await BuildKey(
            source: source, inputs: try inputs(fragments: fragments, patches: patches),
            compiler: compiler ?? gcc
        ).text
    }

    @Test func `The key depends on contents, not on names`() async throws {
        let first = try await key()
        #expect(try await key() == first)
        #expect(first.count == 32)
    }

    @Test func `Every input changes the key`() async throws {
        let patch = { (value: Int) in "--- a/x/y\n+++ b/x/y\n@@ -1 +1 @@\n-a\n+\(value)\n" }
        let other = CompilerIdentity(compiler: .gcc, versions: ["gcc 12.3.0", "GNU ld 2.40"], toolchain: nil)
        let keys = [
            try await key(),
            try await key("debian bb"),
            try await key("debian aa", ["CONFIG_B=y\n", "CONFIG_A=y\n"]),
            try await key("debian aa", ["CONFIG_A=y\nCONFIG_B=y\n"]),
            try await key("debian aa", ["CONFIG_A=y\n# why\n", "CONFIG_B=y\n"]),
            try await key("debian aa", ["CONFIG_A=y\n", "CONFIG_B=y\n"], [patch(1)]),
            try await key("debian aa", ["CONFIG_A=y\n", "CONFIG_B=y\n"], [patch(1), patch(2)]),
            try await key("debian aa", ["CONFIG_A=y\n", "CONFIG_B=y\n"], [patch(2), patch(1)]),
            try await key(compiler: other),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func `The identity of a directory is its contents`() async throws {
        let fake = try FakeKernel()
        let cache = fake.builder().cache
        try cache.prepare()
        let provider = SourceProvider(cache: cache, recipe: fake.recipe(), treeSize: 0)
        func identity() async throws -> String? { try await provider.known().first?.identity }
        let first = try await identity()
        #expect(first != nil)
        try await Command("touch", ["kernel/a.c"], in: fake.tree).output(to: "touch")
        #expect(try await identity() == first)
        try fake.directory.write("leftover", to: "tree/kernel/a.o")
        try fake.directory.write("leftover", to: "tree/.config")
        #expect(try await identity() == first)
        // Same size, and within the same second.
        try fake.write("int a = 2;\n", to: "a")
        let second = try await identity()
        #expect(second != first)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: fake.tree.appending(path: "kernel/a.c").path)
        #expect(try await identity() != second)
    }

    @Test func `In a git work tree ignored files do not count`() async throws {
        let fake = try FakeKernel()
        let cache = fake.builder().cache
        try cache.prepare()
        let provider = SourceProvider(cache: cache, recipe: fake.recipe(), treeSize: 0)
        try fake.directory.write("*.tmp\n", to: "tree/.gitignore")
        try await Command("git", ["init", "-q"], in: fake.tree).output(to: "init")
        try await Command("git", ["add", "."], in: fake.tree).output(to: "add")
        let first = try await provider.known().first?.identity
        try fake.directory.write("x", to: "tree/ignored.tmp")
        #expect(try await provider.known().first?.identity == first)
        try fake.directory.write("x", to: "tree/untracked.c")
        #expect(try await provider.known().first?.identity != first)
    }

    @Test func `A git ref is fetched, built, and known by its tree`() async throws {
        let fake = try FakeKernel()
        for arguments in [
            ["init", "-q", "-b", "main"], ["add", "."],
            ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "m"],
        ] {
            try await Command("git", arguments, in: fake.tree).output(to: "prepare")
        }
        var recipe = fake.recipe()
        recipe.source = .git(url: fake.tree.path, ref: "main")
        let result = try await fake.build(recipe)
        #expect(result.kernel == (try fake.expectedKernel()))
        #expect(try await fake.build(recipe).events.wasReused)
        recipe.source = .git(url: fake.tree.path, ref: "absent")
        let missing = recipe
        let error = await #expect(throws: InputError.self) { try await fake.build(missing) }
        #expect(error?.description.contains("no ref 'absent'") == true)
    }

    @Test(
        arguments: [
            (
                "6.12.117-1~deb12u1", ["6.12.115-2~deb12u1", "6.12.120-1~deb12u1", "6.12.113-1~deb12u1"],
                "6.12.115-2~deb12u1"
            ),
            ("6.12.117-1", ["6.12.116-1", "6.12.118-1"], "6.12.118-1"),
            ("6.12.117-1", [], nil),
            ("6.1.192-2", ["6.1.192-3", "6.1.193-1"], "6.1.192-3"),
        ] as [(String, [String], String?)])
    func `The nearest version stands in for one that is gone`(
        wanted: String, available: [String], nearest: String?
    ) {
        #expect(DebianSource.nearest(to: wanted, among: available) == nearest)
    }
}
