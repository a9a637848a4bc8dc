// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Installation
import Testing

@testable import KernelBuild

/// What a choice with a tree means before anything is built.
@Suite(.timeLimit(.minutes(10))) struct TreeChoiceTests {
    let small: SmallTree
    let builder: KernelBuilder

    init() async throws {
        small = try await SmallTree()
        let root = small.directory
        try root.write("CONFIG_KCOV=y\nCONFIG_NEW=y\n", to: "kconfigs/plain.config")
        try root.write(
            "name: base\nsource: {debian: linux-source-6.12, version: \"1\"}\nkconfigs: [plain]\n"
                + "patches: [own.patch]\nfeatures: [declared]\ncpus: 3\n", to: "images/base.yaml")
        try root.write(Self.diff("Kconfig", "a", "b"), to: "images/own.patch")
        builder = KernelBuilder(
            settings: Settings(environment: ["KCOVLAB_CACHE": small.cache.root.path]),
            shipped: ShippedData(home: root.url))
    }

    private static func diff(_ file: String, _ old: String, _ new: String) -> String {
        "--- a/\(file)\n+++ b/\(file)\n@@ -1 +1 @@\n-\(old)\n+\(new)\n"
    }

    private func choice(ref: String? = nil, patches: [URL] = []) -> KernelChoice {
        KernelChoice(image: "base", tree: small.tree, ref: ref, patches: patches)
    }

    /// A mail with a patch that changes the first line of kernel/a.c.
    private func mail(_ part: String, from old: String, to new: String, base: String? = nil) -> String {
        """
        From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
        From: A <a@example.invalid>
        Date: Mon, 2 Nov 2026 10:00:00 +0000
        Subject: [PATCH \(part)] kcov: \(old) becomes \(new)

        ---
        diff --git a/kernel/a.c b/kernel/a.c
        \(Self.diff("kernel/a.c", old, new))
        \(base.map { "base-commit: \($0)\n" } ?? "")

        """
    }

    @Test func `The tree takes the place of source, patches and features, and the rest stays`() async throws {
        let plan = try await builder.plan(choice())
        #expect(plan.image == "linux")
        #expect(plan.patches.isEmpty && plan.fetches == nil && !plan.isBuilt)
        #expect(plan.processors == 3 && plan.fragments == ["plain"])
        #expect(plan.features == [], "what the image declares is not claimed by the tree")
        #expect(plan.remarks.contains { $0.contains("as it is") })
        let named = try await builder.plan(choice(ref: "main"))
        #expect(named.image == "linux@main")
        #expect(named.key == plan.key, "the same content is the same kernel")
    }

    @Test func `Planning writes nothing but the tree that was read`() async throws {
        let before = try await small.listing()
        _ = try await builder.plan(choice())
        #expect(try await small.listing() == before)
        let entries = try FileManager.default.contentsOfDirectory(atPath: small.cache.root.path).sorted()
        #expect(entries == ["git", "locks"])
    }

    @Test func `Claims are read with the patches applied`() async throws {
        let patch = try small.directory.write(
            """
            --- a/include/linux/sched.h
            +++ b/include/linux/sched.h
            @@ -1,3 +1,4 @@
             struct task_struct {
             \tstruct kcov *kcov;
            +\tstruct kcov *kcov_remote;
             };
            --- a/kernel/kcov.c
            +++ b/kernel/kcov.c
            @@ -1,3 +1,4 @@
             void kcov_task_init(void)
             {
            +\tcurrent->kcov_remote = NULL;
             }

            """, to: "second-slot.patch")
        let plan = try await builder.plan(choice(patches: [patch]))
        #expect(plan.features == ["simultaneous-enable"])
        #expect(plan.image == "linux+second-slot")
        #expect(plan.key != (try await builder.plan(choice()).key))
    }

    @Test func `A ref without a tree is a mistake, and so is a patch that does not apply or leaves the tree`()
        async throws
    {
        let bad = KernelChoice(image: "base", ref: "main")
        let error = await #expect(throws: InputError.self) { try await builder.plan(bad) }
        #expect(error?.diagnostics.first?.suggestion == "add --tree DIR")
        for (name, text) in [
            ("misfit", Self.diff("Kconfig", "a", "b")), ("escape", Self.diff("../../Kconfig", "a", "b")),
        ] {
            let patch = try small.directory.write(text, to: "\(name).patch")
            let error = await #expect(throws: InputError.self) {
                try await builder.plan(choice(patches: [patch]))
            }
            #expect(error?.description.contains("\(name).patch") == true)
        }
    }

    @Test func `Each step of a series has one patch more`() async throws {
        try small.write("a\n", to: "kernel/a.c")
        let series = try small.directory.write(
            mail("1/2", from: "a", to: "b") + mail("2/2", from: "b", to: "c"), to: "series.mbox")
        let steps = try builder.steps(of: choice(patches: [series]))
        #expect(steps.map(\.title) == ["[PATCH 1/2] kcov: a becomes b", "[PATCH 2/2] kcov: b becomes c"])
        var plans: [KernelPlan] = []
        for step in steps { plans.append(try await builder.plan(step.choice)) }
        #expect(plans.map(\.patches.count) == [1, 2])
        #expect(plans.map(\.image) == ["linux+series#1", "linux+series#2"])
        let whole = try await builder.plan(choice(patches: [series]))
        #expect(plans.map { $0.key == whole.key } == [false, true])
    }

    // MARK: base-commit

    /// A repository whose last commit moved away from what a series was made for.
    private func moved() async throws -> (base: String, now: String) {
        try small.write("a\n", to: "kernel/a.c")
        let base = try await small.commit("base")
        try small.write("z\n", to: "kernel/a.c")
        return (base, try await small.commit("now"))
    }

    @Test func `A series that applies to the tree as it is is tested there`() async throws {
        let (base, _) = try await moved()
        let patch = try small.directory.write(mail("1/1", from: "z", to: "b", base: base), to: "p.mbox")
        let plan = try await builder.plan(choice(patches: [patch]))
        #expect(plan.remarks.contains { $0.contains("applies to the tree as it is, which is tested") })
        #expect(plan.remarks.contains { $0.contains("as it is: commit") })
    }

    @Test func `Nothing is said about a base commit that is the tree as it is`() async throws {
        let (_, now) = try await moved()
        let patch = try small.directory.write(mail("1/1", from: "z", to: "b", base: now), to: "p.mbox")
        let plan = try await builder.plan(choice(patches: [patch]))
        #expect(!plan.remarks.contains { $0.contains("made for") })
    }

    @Test func `One that only applies to its base commit is tested there, and each of its steps too`()
        async throws
    {
        let (base, _) = try await moved()
        let patch = try small.directory.write(
            mail("1/2", from: "a", to: "z", base: base) + mail("2/2", from: "z", to: "c"), to: "p.mbox")
        let choice = choice(patches: [patch])
        for choice in try [choice] + builder.steps(of: choice).map(\.choice) {
            let plan = try await builder.plan(choice)
            #expect(plan.remarks.contains { $0.contains("for which it was made: that is tested") })
            #expect(plan.remarks.contains { $0.contains("tests commit \(base.prefix(12))") })
        }
    }

    @Test
    func `A ref of the user's, an unknown commit and a series that fits nowhere leave the tree as it is`()
        async throws
    {
        let (base, now) = try await moved()
        let patch = try small.directory.write(mail("1/1", from: "a", to: "b", base: base), to: "p.mbox")
        await #expect(throws: InputError.self) {
            try await builder.plan(choice(ref: now, patches: [patch]))
        }
        let unknown = String(repeating: "1", count: 40)
        let other = try small.directory.write(mail("1/1", from: "z", to: "b", base: unknown), to: "o.mbox")
        let plan = try await builder.plan(choice(patches: [other]))
        #expect(plan.remarks.contains { $0.contains("which \(small.tree.path) does not have") })
        let lost = try small.directory.write(mail("1/1", from: "q", to: "b", base: base), to: "l.mbox")
        let error = await #expect(throws: InputError.self) {
            try await builder.plan(choice(patches: [lost]))
        }
        #expect(error?.description.contains("l.mbox") == true)
    }
}
