// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(10))) struct KernelBuilderTests {
    let fake: FakeKernel

    init() throws { fake = try FakeKernel() }

    @Test func `A declared feature that the configuration does not bear out ends the build`() async throws {
        var recipe = fake.recipe()
        recipe.features = ["kaslr"]
        await #expect(throws: InputError.self) { try await fake.build(recipe) }
        // Nor is it found on a kernel that is built already.
        _ = try await fake.build()
        await #expect(throws: InputError.self) { try await fake.build(recipe) }
    }

    @Test func `A kernel is built once and found again`() async throws {
        let first = try await fake.build()
        #expect(first.events.phases == ["fetch", "extract", "configure", "compile"])
        #expect(first.objects == 3)
        #expect(first.kernel == (try fake.expectedKernel()))
        #expect(first.artifact.release == "6.12.0-fake")
        // What the recipe declares, and what its configuration of a single option amounts to.
        #expect(first.artifact.features == ["fake", "pc-only", "uninstrumented", "uniprocessor"])
        let config = try String(contentsOf: first.artifact.config, encoding: .utf8)
        #expect(config.split(separator: "\n").sorted() == ["CONFIG_KCOV=y", "CONFIG_TINY=y"])
        let files = try FileManager.default.contentsOfDirectory(atPath: first.artifact.directory.path)
            .sorted()
        #expect(files == ["build.log", "bzImage", "config", "defconfig", "manifest.json", "vmlinux"])
        let owner = try FileManager.default.attributesOfItem(atPath: first.artifact.vmlinux.path)
        #expect(owner[.ownerAccountID] as? Int == Int(geteuid()))

        let second = try await fake.build()
        #expect(second.events == [.reused(image: "fake", key: first.artifact.key)])
        #expect(second.artifact == first.artifact)
    }

    @Test func `A change of one file compiles that file, under a new key`() async throws {
        let first = try await fake.build()
        try fake.write("int b = 2;\n", to: "b")
        let second = try await fake.build()
        #expect(second.artifact.key != first.artifact.key)
        #expect(second.objects == 1)
        #expect(second.kernel == (try fake.expectedKernel()))
        #expect(second.events.remarks.contains { $0.contains("starts from the build of fake") })

        // And back: the old kernel is there.
        try fake.write("int b = 1;\n", to: "b")
        #expect(try await fake.build().events.wasReused)
    }

    @Test func `Warnings of objects that a relative compiled still hold`() async throws {
        #expect(try await fake.build().artifact.warnings == [])
        for name in ["a", "b"] { try fake.write("int \(name) = 2;\nWARN\n", to: name) }
        let both = ["a", "b"].map { "kernel/\($0).c:1:1: warning: unused 'kcov' [-Wunused]" }
        #expect(try await fake.build().artifact.warnings == both)
        try fake.write("int b = 3;\n", to: "b")
        let repaired = try await fake.build()
        #expect(repaired.objects == 1)
        #expect(repaired.artifact.warnings == [both[0]])
    }

    @Test func `What an attempt warned of that was interrupted is not forgotten`() throws {
        let entry = fake.directory.url
        try fake.directory.write(
            "  CC      kernel/a.o\nkernel/a.c:1:1: warning: one\n  CC      kernel/b.o\n", to: "build.log")
        var warnings = BuildWarnings(of: entry)
        let lines = [
            "  CC      kernel/c.o", "  CC      kernel/d.o", "kernel/c.c:2:1: warning: two",
            "In file included from include/linux/e.h:1,", "                 from kernel/d.c:3:",
            "include/linux/f.h:2:1: warning: three", ".config:12:warning: override: X",
        ]
        for line in lines { warnings.receive(line) }
        #expect(
            warnings.all == [
                "kernel/a.c:1:1: warning: one", "kernel/c.c:2:1: warning: two",
                "include/linux/f.h:2:1: warning: three",
            ])
        try warnings.write(beside: entry)
        try fake.directory.write("  CC      kernel/d.o\n", to: "build.log")
        #expect(BuildWarnings(of: entry).all == Array(warnings.all.dropLast()))
    }

    @Test func `A tree that is older than the relative is still seen to differ`() async throws {
        // The tree of the second key is unpacked before the relative is built, so its files are older than all objects.
        try fake.write("int b = 2;\nFAIL\n", to: "b")
        await #expect(throws: KernelBuildFailure.self) { try await fake.build() }
        let failing = try fake.expectedKernel()
        try fake.write("int b = 1;\n", to: "b")
        _ = try await fake.build()
        try fake.write("int b = 2;\nFAIL\n", to: "b")
        #expect(try fake.expectedKernel() == failing)
        try await fake.builder().cache.remove(
            fake.cache.appending(path: "builds").appending(path: try unfinished()))
        let error = await #expect(throws: KernelBuildFailure.self) { try await fake.build() }
        #expect(error?.errors.first?.contains("error: expected 'kcov'") == true)
    }

    @Test func `A second patch compiles what it changes, not what the first one did`() async throws {
        let first = try fake.directory.write(
            "--- a/kernel/c.c\n+++ b/kernel/c.c\n@@ -1 +1 @@\n-int c = 1;\n+int c = 3;\n", to: "c.patch")
        let second = try fake.directory.write(
            "--- a/kernel/b.c\n+++ b/kernel/b.c\n@@ -1 +1 @@\n-int b = 1;\n+int b = 4;\n", to: "b.patch")
        _ = try await fake.build(fake.recipe(patches: [first]))
        let both = try await fake.build(fake.recipe(patches: [first, second]))
        #expect(both.objects == 1)
        #expect(both.kernel.contains("int b = 4;") && both.kernel.contains("int c = 3;"))
    }

    @Test func `A patch changes the patched file only, and the source not at all`() async throws {
        _ = try await fake.build()
        let patch = try fake.directory.write(
            "--- a/kernel/c.c\n+++ b/kernel/c.c\n@@ -1 +1 @@\n-int c = 1;\n+int c = 3;\n", to: "c.patch")
        let before = try fake.expectedKernel()
        let patched = try await fake.build(fake.recipe(patches: [patch]))
        #expect(patched.events.phases == ["fetch", "patch", "compile"], "nothing that configures differs")
        #expect(patched.objects == 1)
        #expect(patched.kernel == before.replacing("int c = 1;", with: "int c = 3;"))
        #expect(try fake.expectedKernel() == before)
        let again = try await fake.build()
        #expect(again.events.wasReused)
        #expect(again.kernel == before)
    }

    @Test func `What configuring reads is configured again`() async throws {
        _ = try await fake.build()
        try fake.directory.write("config KCOV\n\tbool \"kcov, again\"\n", to: "tree/Kconfig")
        let again = try await fake.build()
        #expect(again.events.phases == ["fetch", "extract", "configure", "compile"])
    }

    @Test func `A failed build shows the compiler's lines and where the log is`() async throws {
        try fake.write("FAIL\n", to: "b")
        let error = await #expect(throws: KernelBuildFailure.self) { try await fake.build() }
        let failure = try #require(error)
        #expect(failure.phase == "compile")
        #expect(failure.errors.prefix(2) == ["kernel/b.c:1:1: error: expected 'kcov'", "    1 | FAIL"])
        #expect(try String(contentsOf: failure.log, encoding: .utf8).contains("error: expected 'kcov'"))
        #expect(try locks() == [])
    }

    @Test func `A symbol that did not stick is bad input with its line`() async throws {
        try fake.directory.write("CONFIG_KCOV=y\nCONFIG_KCOVV=y\n", to: "typo.config")
        let error = await #expect(throws: InputError.self) {
            try await fake.build(fake.recipe(fragment: "typo.config"))
        }
        #expect(error?.diagnostics.map(\.location.line) == [2])
        #expect(error?.diagnostics.first?.suggestion == "did you mean CONFIG_KCOV?")
    }

    @Test func `An interrupted build leaves nothing running and continues`() async throws {
        _ = try await fake.build()
        try fake.write("int b = 2;\nHANG\n", to: "b")
        let (recipe, builder) = (fake.recipe(), fake.builder())
        let task = Task { try await builder.build(recipe) { _ in } }
        // The object that waits says so: half of it is written, beside the old .cmd file.
        while try !isHanging("b") { try await Task.sleep(for: .milliseconds(20)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try locks() == [])
        let entry = fake.cache.appending(path: "builds").appending(path: try unfinished())
        // Every process of the sandbox holds this lock.
        let held = try FileLock.attempt(entry.appending(path: "sandbox.lock"), .exclusive)
        #expect(held != nil)
        held?.release()

        let result = try await fake.build()
        #expect(result.events.remarks.last == "continues the build that was interrupted")
        #expect(result.objects == 1)
        #expect(result.kernel == (try fake.expectedKernel()))
    }

    @Test func `Two tasks that want the same kernel build it once`() async throws {
        let (recipe, builder) = (fake.recipe(), fake.builder())
        let events = [EventList(), EventList()]
        let artifacts = try await withThrowingTaskGroup(of: KernelArtifact.self) { group in
            for list in events {
                group.addTask { try await builder.build(recipe) { list.append($0) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(artifacts.count == 2 && artifacts[0] == artifacts[1])
        #expect(events.count { $0.all.phases.contains("compile") } == 1)
        #expect(events.count { $0.all.wasReused } == 1)
    }

    /// Whether a compiler waits where the source of an object says so.
    private func isHanging(_ object: String) throws -> Bool {
        let builds = fake.cache.appending(path: "builds")
        return try FileManager.default.contentsOfDirectory(atPath: builds.path).contains { name in
            FileManager.default.fileExists(atPath: builds.appending(path: "\(name)/tree/\(object).hung").path)
        }
    }

    /// The one build directory that is not finished.
    private func unfinished() throws -> String {
        let builds = fake.cache.appending(path: "builds")
        let names = try FileManager.default.contentsOfDirectory(atPath: builds.path)
        return try #require(names.first { BuildState(of: builds.appending(path: $0))?.finished == false })
    }

    /// Lock files that are left, apart from those of kernels this process keeps.
    private func locks() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fake.cache.appending(path: "locks").path)
            .filter { !$0.hasPrefix("kernels-") }.sorted()
    }
}
