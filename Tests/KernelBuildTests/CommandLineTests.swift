// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

@testable import KernelBuild

/// What the commands do with bad input, and what dry runs leave: nothing.
@Suite("Commands that come to nothing", .timeLimit(.minutes(10))) struct CommandLineTests {
    /// A way to be wrong: what is tested, by command, and what each says.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let name: String
        /// The tree, below the directory of the test.
        var tree = "linux"
        /// The text of a file for --patch.
        var patch: String?
        var refs: [String] = ["main~1", "main"]
        var asItIs = false
        /// By command; P stands for the directory of the test.
        let messages: [String: String]

        var testDescription: String { name }

        static func everywhere(_ message: String) -> [String: String] {
            Dictionary(uniqueKeysWithValues: commands.map { ($0, message) })
        }

        static let commands = ["build", "run", "compare", "bisect"]

        func words(_ command: String, in directory: URL) -> [String] {
            let path = directory.appending(path: tree).path
            let patches = patch == nil ? [] : ["--patch", "mail.mbox"]
            let ref = asItIs ? [] : ["--ref", refs[1]]
            return switch command {
            case "build": ["build", "--tree", path] + ref + patches
            case "run": ["run", "L01", "--tree", path] + ref + patches
            case "compare" where asItIs: ["compare", path, path] + patches
            case "compare": ["compare", "--tree", path] + refs + patches
            default: ["bisect", "L01", "--tree", path, "--good", refs[0], "--bad", refs[1]] + patches
            }
        }
    }

    private static let diff = "--- a/kernel/kcov.c\n+++ b/kernel/kcov.c\n@@ -1 +1 @@\n-a\n+b\n"

    private static let mistakes: [Mistake] = [
        Mistake(
            name: "not a kernel tree", tree: "other",
            messages: [
                "build":
                    "--ref:1:1: error: commit 'main' of 'P/other' is not a kernel tree: it has no Kconfig",
                "run": "--ref:1:1: error: commit 'main' of 'P/other' is not a kernel tree: it has no Kconfig",
                "compare":
                    "--ref:1:1: error: commit 'main~1' of 'P/other' is not a kernel tree: it has no Kconfig",
                "bisect":
                    "--good:1:1: error: commit 'main~1' of 'P/other' is not a kernel tree: it has no Kconfig",
            ]),
        Mistake(
            name: "a merge that is not finished", tree: "merging", asItIs: true,
            messages: Dictionary(
                uniqueKeysWithValues: ["build", "run", "compare"].map {
                    (
                        $0,
                        "--tree:1:1: error: a merge or rebase in 'P/merging' is not finished: kernel/kcov.c; finish it, or name a commit with --ref"
                    )
                })),
        Mistake(
            name: "a ref that does not exist", refs: ["main~1", "mainn"],
            messages: [
                "build":
                    "--ref:1:1: error: the repository 'P/linux' has no commit, branch or tag 'mainn'; did you mean 'main'?",
                "run":
                    "--ref:1:1: error: the repository 'P/linux' has no commit, branch or tag 'mainn'; did you mean 'main'?",
                "compare":
                    "--ref:1:1: error: the repository 'P/linux' has no commit, branch or tag 'mainn'; did you mean 'main'?",
                "bisect":
                    "--bad:1:1: error: the repository 'P/linux' has no commit, branch or tag 'mainn'; did you mean 'main'?",
            ]),
        Mistake(
            name: "an empty mailbox", patch: "",
            messages: Mistake.everywhere("P/mail.mbox:1:1: error: the file is empty")),
        Mistake(
            name: "a thread without a patch",
            patch: "From x Mon Sep 17 00:00:00 2001\nFrom: A <a@example.invalid>\nSubject: kcov\n\nText.\n",
            messages: Mistake.everywhere(
                "P/mail.mbox:1:1: error: the mail has no patch; a diff that is quoted with '>' is not a patch"
            )),
        Mistake(
            name: "a patch that escapes the tree",
            patch: diff.replacing("kernel/kcov.c", with: "../../etc/passwd"),
            messages: Mistake.everywhere(
                "P/mail.mbox:1:1: error: the patch touches 'a/../../etc/passwd', which is outside the kernel tree; expected a file below the tree, such as a/kernel/kcov.c"
            )),
        Mistake(
            name: "a range that is one commit", refs: ["main", "main"],
            messages: [
                "bisect":
                    "--bad:1:1: error: 'main' and 'main' are one commit, H, so nothing lies between them"
            ]),
        Mistake(
            name: "a range in the wrong order", refs: ["main", "main~1"],
            messages: [
                "bisect":
                    "--good:1:1: error: the good commit 'main' is no ancestor of the bad commit 'main~1'; begin where their histories part: --good B"
            ]),
    ]

    private static let cases = mistakes.flatMap { mistake in
        Mistake.commands.filter { mistake.messages[$0] != nil }.map { (mistake, $0) }
    }

    @Test("Bad input ends with 65, says what is wrong, and leaves nothing", arguments: cases)
    func badInput(_ mistake: Mistake, _ command: String) async throws {
        let small = try await SmallTree()
        let directory = small.directory.url
        try await prepare(small)
        if let patch = mistake.patch { try small.directory.write(patch, to: "mail.mbox") }
        try small.directory.write("x", to: "cache/kept")
        // Where each run keeps what lives as long as it does; nothing may be left in it.
        try FileManager.default.createDirectory(
            at: directory.appending(path: "cache/runs"), withIntermediateDirectories: true)
        let before = try await listing(directory)
        let ending = try await BuiltCommand(directory: directory, cache: small.cache.root)
            .run(mistake.words(command, in: directory))
        #expect(ending.code == 65)
        let message = try #require(mistake.messages[command])
            .replacing("P/", with: directory.path + "/")
            .replacing("commit, H,", with: "commit, \(try await small.git("rev-parse", "main").prefix(12)),")
            .replacing("--good B", with: "--good \(try await small.git("rev-parse", "main~1").prefix(12))")
        #expect(ending.errors == message + "\n")
        #expect(ending.output == "")
        #expect(try await listing(directory) == before)
    }

    /// A command that only plans, what it has to say, and what it may leave in the cache: a tree that was read.
    static let plans: [(words: [String], lines: [String], left: Set<String>)] = [
        (
            [
                "compare", "--dry-run", "--tree", "linux", "--patch", "a.patch", "--scenario", "L01",
                "main~1", "main",
            ],
            [
                "side         base", "kernel       linux@main~1", "apply        nothing", "side         head",
                "kernel       linux@main+a", "apply        a.patch", "claims       nothing",
                "check        L01 exact-count", "plan         1 of 1 scenario; nothing was built or booted",
            ], ["git", "locks"]
        ),
        (
            ["bisect", "--dry-run", "L01", "--tree", "linux", "--good", "main~1", "--bad", "main"],
            [
                "search       1 commits, about 0 steps after both ends", "check        L01 exact-count",
                "plan         1 of 1 scenario; nothing was built or booted",
            ], ["git", "locks"]
        ),
        (
            ["mutants", "--dry-run", "--image", "debian-6.12", "--only", "close-leaks", "--scenario", "L03"],
            [
                "kernel       debian-6.12", "mutants      close-leaks", "build        yes: key",
                "fetch        linux-source-6.12", "check        L03 exit-releases",
            ], []
        ),
        (
            ["nightly", "--dry-run", "night.yaml", "--output", "nights"],
            ["work", "as debian-6.12", "1 scenario", "nothing was fetched, built or booted"], []
        ),
    ]

    @Test("A dry run says what would be done and does nothing of it", arguments: plans.indices)
    func dryRun(_ index: Int) async throws {
        let plan = Self.plans[index]
        let small = try await SmallTree()
        let directory = small.directory.url
        try await prepare(small)
        try small.directory.write(
            "--- a/Kconfig\n+++ b/Kconfig\n@@ -1 +1 @@\n-source \"lib/Kconfig.debug\"\n+source \"lib/Kconfig.other\"\n",
            to: "a.patch")
        try small.directory.write(
            "image: debian-6.12\nscenarios: [L01]\nremotes: {mine: \(directory.path)/linux}\n"
                + "branches:\n  - {remote: mine, branch: main, name: work}\n", to: "night.yaml")
        let before = try await listing(directory)
        let ending = try await BuiltCommand(directory: directory, cache: small.cache.root).run(plan.words)
        #expect(ending.code == 0, "\(ending.errors)")
        for line in plan.lines {
            #expect(ending.output.contains(line), "\(line) is not in \(ending.output)")
        }
        let left = (try? FileManager.default.contentsOfDirectory(atPath: small.cache.root.path)) ?? []
        #expect(Set(left).isSubset(of: plan.left))
        let repositories =
            (try? FileManager.default.contentsOfDirectory(
                atPath: small.cache.repositories.path)) ?? []
        #expect(!repositories.contains { $0.hasPrefix("bisect-") })
        try? FileManager.default.removeItem(at: small.cache.root)
        #expect(try await listing(directory) == before)
    }

    /// Two commits of a kernel, a repository that is no kernel, and one in the middle of a merge.
    private func prepare(_ small: SmallTree) async throws {
        try small.write("second\n", to: "kernel/other.c")
        try await small.commit("second")
        let script = """
            cp -a linux merging
            git init -q -b main other
            for tree in other merging; do
                git -C $tree config user.name t
                git -C $tree config user.email t@example.invalid
            done
            for text in one two; do
                echo $text > other/file
                git -C other add file
                git -C other commit -q -m $text
            done
            cd merging
            git checkout -q -b side main~1
            echo side > kernel/kcov.c
            git commit -q -a -m side
            git checkout -q main
            echo main > kernel/kcov.c
            git commit -q -a -m third
            git merge -q side > /dev/null 2>&1 || true
            """
        try await Command.script(script, in: small.directory.url).output(to: "prepare repositories")
    }

    /// Every file below a directory, with what it holds.
    private func listing(_ directory: URL) async throws -> String {
        try await Command.script(
            "(find . -type d; find . ! -type d -printf '%p %y %m %s %T@\\n'; find . -type f -exec sha256sum {} +) | sort",
            in: directory
        ).output(to: "list a directory")
    }
}
