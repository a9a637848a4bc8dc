// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(10))) struct LocalTreeErrorTests {
    let small: SmallTree

    init() async throws { small = try await SmallTree() }

    /// What is wrong, and that finding it out left nothing in the cache.
    private func mistake(_ directory: URL? = nil, ref: String? = nil) async throws -> Diagnostic {
        let error = await #expect(throws: InputError.self) {
            try await small.local(directory, ref: ref).resolve()
        }
        #expect(!FileManager.default.fileExists(atPath: small.cache.repositories.path))
        return try #require(error?.diagnostics.first)
    }

    @Test func `What is not there, or is a file, is no tree`() async throws {
        let absent = try await mistake(small.directory.url.appending(path: "absent"))
        #expect(absent.message.hasSuffix("does not exist"))
        let file = try await mistake(small.tree.appending(path: "Makefile"))
        #expect(file.message.hasSuffix("is not a directory"))
    }

    @Test(arguments: [
        ("Kconfig", "is not a kernel tree: it has no Kconfig"),
        ("Makefile", "is not a kernel tree: it has no Makefile"),
        ("kernel/kcov.c", "is a kernel without kcov: it has no kernel/kcov.c"),
    ])
    func `A directory that lacks what a kernel has is named with what it lacks`(
        file: String, message: String
    ) async throws {
        try FileManager.default.removeItem(at: small.tree.appending(path: file))
        #expect(try await mistake().message.hasSuffix(message))
        try await small.commit("without")
        #expect(try await mistake(ref: "main").message.hasSuffix(message))
        #expect(try await small.local(ref: "main~1").resolve().commit != nil)
    }

    @Test func `A Makefile of something else is not a kernel's`() async throws {
        try small.write("all:\n\ttrue\n", to: "Makefile")
        #expect(try await mistake().message.contains("Makefile with VERSION and PATCHLEVEL"))
    }

    @Test func `A ref that does not exist is told with the nearest`() async throws {
        let mistake = try await mistake(ref: "mainn")
        #expect(mistake.message.contains("no commit, branch or tag 'mainn'"))
        #expect(mistake.suggestion == "did you mean 'main'?")
        for ref in ["--help", "", "main:Makefile", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"] {
            _ = try await self.mistake(ref: ref)
        }
    }

    @Test func `A ref of a directory without a repository is a mistake`() async throws {
        try FileManager.default.removeItem(at: small.tree.appending(path: ".git"))
        #expect(try await mistake(ref: "main").message.contains("is not a git repository"))
    }

    @Test func `A merge that is not finished is a mistake, unless a commit is named`() async throws {
        try await small.git("checkout", "-q", "-b", "other")
        try small.write("a\n", to: "kernel/kcov.c")
        try await small.commit("a")
        try await small.git("checkout", "-q", "main")
        try small.write("b\n", to: "kernel/kcov.c")
        try await small.commit("b")
        await #expect(throws: BuildHostError.self) { try await small.git("merge", "-q", "other") }
        #expect(try await mistake().message.contains("is not finished: kernel/kcov.c"))
        #expect(try await small.local(ref: "other").resolve().commit != nil)
    }

    @Test(arguments: [".git/index", ".git/HEAD"])
    func `A repository that git cannot read is a mistake, with what git says`(file: String) async throws {
        try small.write("nonsense\n", to: file)
        #expect(try await mistake().message.contains("git cannot read the state"))
    }
}
