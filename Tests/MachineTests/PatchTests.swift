// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KcovLabTesting
import Lab
import Testing

/// What a reviewer does with a series, on real kernels that differ in kernel/kcov.c only.
@Suite("Patches on real kernels", .machine)
struct PatchTests {
    private static let scenarios = ["P01", "L01"]

    /// Three patches on a kernel with simultaneous enable: the second breaks P01, the third mends it.
    private struct Series {
        let directory: URL
        let remote: KernelRemote
        let original: String

        init() async throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "kcovlab-patches-\(UUID())")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            remote = try await KernelRemote.make(at: directory.appending(path: "linux.git"))
            let patch = try ShippedData.locate().images.appending(
                path: "patches/6.12-simultaneous-enable.patch")
            try await remote.commit(applying: patch, to: "both", saying: "kcov: local and remote at once")
            original = try await remote.kcov(of: "both")
            try await remote.commit(commented("one"), to: "one", after: "both", saying: "kcov: say one")
            try await remote.commit(
                try broken(commented("one")), to: "two", after: "one", saying: "kcov: simplify KCOV_DISABLE")
            try await remote.commit(
                commented("one"), to: "three", after: "two", saying: "kcov: disable only what was asked for")
        }

        func commented(_ text: String) -> String { original + "/* \(text) */\n" }

        /// Disabling the local descriptor stops the remote one, too.
        func broken(_ text: String) throws -> String {
            let head = "static void kcov_disable_local(struct task_struct *t, struct kcov *kcov)\n{\n"
            try #require(text.contains(head), "kernel/kcov.c has the place that is to be changed")
            return text.replacing(
                head,
                with: "static void kcov_disable_remote(struct task_struct *t, struct kcov *kcov);\n" + head
                    + "\tif (t->kcov_remote)\n\t\tkcov_disable_remote(t, t->kcov_remote);\n")
        }

        func file(_ name: String, _ text: String) throws -> String {
            let file = directory.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path
        }

        /// Runs the command on the kernel without the series.
        func run(
            _ words: String..., patch: String, output: String, expecting code: Int32
        ) async throws -> String {
            try await ShippedCommand.run(
                ["run"] + PatchTests.scenarios + words + [
                    "--tree", remote.directory.path, "--ref", "both", "--patch", patch, "--output",
                    directory.appending(path: output).path,
                ], expecting: [code]
            ).text
        }
    }

    @Test("A thread, its steps, a comparison and a search each say what is right and what is not")
    func review() async throws {
        let series = try await Series()
        defer { try? FileManager.default.removeItem(at: series.directory) }
        let remote = series.remote
        let first = try await remote.mails("both..three")
        // Every step of the first version: the middle one is to blame.
        let steps = try await series.run(
            "--each", patch: try series.file("first.mbox", first), output: "each", expecting: 1)
        for text in [
            "step 1 of 3: [PATCH 1/3] kcov: say one\n  2 scenarios: 2 passed",
            "step 2 of 3: [PATCH 2/3] kcov: simplify KCOV_DISABLE\n  2 scenarios: 1 passed, 1 failed",
            "step 3 of 3: [PATCH 3/3] kcov: disable only what was asked for\n  2 scenarios: 2 passed",
        ] { #expect(steps.contains(text), "\(text) is not in \(steps)") }

        // Committed anew, or the mail of the first patch would be the same one as before.
        try await remote.commit(series.commented("one"), to: "anew", after: "both", saying: "kcov: say one")
        try await remote.commit(
            series.commented("two"), to: "again", after: "anew", saying: "kcov: say two")
        let second = try await remote.mails("both..again", "-v2")
        // The thread has both versions, and the second one is good.
        let thread = try await series.run(
            patch: try series.file("thread.mbox", first + second), output: "thread", expecting: 0)
        #expect(thread.contains("takes v2 2/2 '[PATCH v2 2/2] kcov: say two'"), "\(thread)")
        #expect(thread.contains("2 scenarios: 2 passed"))

        // A fix that came later under another title.
        let unfinished = try await remote.mails("both..two")
        let fix = try await remote.mails("two..three")
        let mended = try await series.run(
            patch: try series.file("mended.mbox", unfinished + fix), output: "mended", expecting: 0)
        #expect(mended.contains("kcov: disable only what was asked for"), "\(mended)")

        // A patch for another kernel.
        let alien = try await series.run(
            patch: try series.file(
                "alien.patch",
                second.replacing(" #include <linux/kcov.h>", with: " #include <linux/other.h>").replacing(
                    " }\n", with: " };\n")), output: "alien", expecting: 65)
        #expect(alien.contains("does not apply"), "\(alien)")

        let comparison = try await ShippedCommand.run(
            [
                "compare", "both", "two", "--tree", remote.directory.path, "--output",
                series.directory.appending(path: "compare").path,
            ] + Self.scenarios.flatMap { ["--scenario", $0] }, expecting: [1]
        ).text
        #expect(comparison.contains("something broke: 1 broken, 1 same"), "\(comparison)")
        #expect(comparison.contains("broken: P01 local-then-remote: passed -> failed"))

        try await remote.commit(
            try series.broken(series.commented("four")), to: "four", after: "two", saying: "kcov: say four")
        let search = try await ShippedCommand.run(
            [
                "bisect", "P01", "--tree", remote.directory.path, "--good", "both", "--bad", "four",
                "--output", series.directory.appending(path: "bisect").path,
            ], expecting: [0]
        ).text
        #expect(search.contains("is the first bad commit\n    kcov: simplify KCOV_DISABLE"), "\(search)")
    }
}
