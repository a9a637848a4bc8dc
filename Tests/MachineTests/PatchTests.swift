// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KcovLabTesting
import Lab
import Testing

/// What a reviewer does with a series, on real kernels that differ in kernel/kcov.c only.
@Suite("Patches on real kernels", .machine)
struct PatchTests {
    /// One test, because the repository takes a minute to make and its kernels build on each other.
    @Test("Threads, steps, comparisons and searches each say what is right and what is not")
    func review() async throws {
        let series = try await PatchSeries()
        defer { series.remove() }
        try await versions(series)
        try await fix(series)
        try await alien(series)
        try await comparison(series)
        try await search(series)
        if Settings.current.testsEverything { try await threeSteps(series) }
    }

    /// Every step of a series, and its version that ends badly, and the one that replaced it.
    private func versions(_ series: PatchSeries) async throws {
        let remote = series.remote
        let steps = try await series.run(
            "--each", patch: try series.file("steps.mbox", try await remote.mails("both..three")),
            output: "each", expecting: 1)
        for text in [
            "step 1 of 3: [PATCH 1/3] kcov: say one\n  2 scenarios: 2 passed",
            "step 2 of 3: [PATCH 2/3] kcov: simplify KCOV_DISABLE\n  2 scenarios: 1 passed, 1 failed",
            "step 3 of 3: [PATCH 3/3] kcov: disable only what was asked for\n  2 scenarios: 2 passed",
        ] { #expect(steps.contains(text), "\(text) is not in \(steps)") }

        let first = try await remote.mails("both..two")
        let alone = try await series.run(
            patch: try series.file("v1.mbox", first), output: "v1", expecting: 1)
        #expect(
            alone.contains("FAILED  P01") && alone.contains("2 scenarios: 1 passed, 1 failed"), "\(alone)")

        // Committed anew, or the mail of the first patch would be the same one as before.
        try await remote.commit(series.commented("one"), to: "anew", after: "both", saying: "kcov: say one")
        try await remote.commit(
            series.commented("two"), to: "again", after: "anew", saying: "kcov: simplify KCOV_DISABLE")
        let second = try await remote.mails("both..again", "-v2")
        let thread = try await series.run(
            patch: try series.file("thread.mbox", first + second), output: "thread", expecting: 0)
        #expect(thread.contains("takes v2 2/2 '[PATCH v2 2/2] kcov: simplify KCOV_DISABLE'"), "\(thread)")
        #expect(thread.contains("leaves out '[PATCH 2/2] kcov: simplify KCOV_DISABLE'"), "\(thread)")
        #expect(thread.contains("2 scenarios: 2 passed"))
    }

    /// A fix that answers a patch under another title is part of the thread.
    private func fix(_ series: PatchSeries) async throws {
        let unfinished = try await series.remote.mails("both..two")
        let id = try #require(
            unfinished.split(separator: "\n").last { $0.lowercased().hasPrefix("message-id: ") }?
                .drop { $0 != "<" })
        let fix = try await series.remote.mails("two..three", "--in-reply-to=\(id)")
        #expect(fix.contains("In-Reply-To: \(id)"))
        let mended = try await series.run(
            patch: try series.file("mended.mbox", unfinished + fix), output: "mended", expecting: 0)
        #expect(mended.contains("kcov: disable only what was asked for"), "\(mended)")
        #expect(mended.contains("2 scenarios: 2 passed"))
    }

    /// A patch for another kernel names the file, the hunk and the line that comes nearest.
    private func alien(_ series: PatchSeries) async throws {
        let lines = series.original.split(separator: "\n", omittingEmptySubsequences: false)
        let place = try #require(lines.firstIndex { $0.hasPrefix("void kcov_task_exit(") })
        let body = lines[place..<place + 5]
        // As if the third line had another name in that kernel, and a hundred lines were not there.
        let old = body.enumerated().map {
            " " + ($0.offset == 2 ? "\tstruct kcov *other;" : String($0.element))
        }
        let diff =
            "--- a/kernel/kcov.c\n+++ b/kernel/kcov.c\n@@ -\(place - 99),5 +\(place - 99),6 @@ void kcov_task_init(\n"
            + old.joined(separator: "\n") + "\n+\tint added;\n"
        let text = try await series.run(
            patch: try series.file("alien.patch", diff), output: "alien", expecting: 65)
        #expect(
            text.contains(
                "alien.patch:3:1: error: hunk 1 of 1 of kernel/kcov.c (@@ -\(place - 99),5 +\(place - 99),6 @@"
            ),
            "\(text)")
        #expect(text.contains("does not apply; nearest is line \(place + 1), with 4 of 5 lines"), "\(text)")
        #expect(text.contains("expected by line 6 of the patch: \tstruct kcov *other;"), "\(text)")
        #expect(text.contains("found in line \(place + 3) of the file: \(lines[place + 2])"), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: series.place("alien")))
    }

    /// A comparison says what broke: of two commits, of a patch, of two runs.
    private func comparison(_ series: PatchSeries) async throws {
        let commits = try await series.compare("both", "two", output: "compare", expecting: 1)
        let patch = try series.file("bad.mbox", try await series.remote.mails("both..two"))
        let patched = try await series.compare(
            "both", "both", "--patch", patch, output: "compare-patch", expecting: 1)
        let saved = try await series.compare(
            series.place("compare/base"), series.place("compare-patch/head"), output: "compare-runs",
            expecting: 1)
        for text in [commits, patched, saved] {
            #expect(text.contains("something broke: 1 broken, 1 same"), "\(text)")
            #expect(text.contains("broken: P01 local-then-remote: passed -> failed"), "\(text)")
            #expect(!text.contains("\nTested-by:"))
        }
        // The lines have 72 columns and the place has more.
        let head = "head:\(series.place("compare-patch/head"))(linux.git@both+bad,Linux6.12."
        #expect(saved.filter { !$0.isWhitespace }.contains(head), "\(saved)")
    }

    /// The same commit is found by the search, and by git with the kernels that it built.
    private func search(_ series: PatchSeries) async throws {
        let remote = series.remote
        try await remote.commit(
            try series.broken(series.commented("four")), to: "four", after: "two", saying: "kcov: say four")
        let search = try await ShippedCommand.run(
            [
                "bisect", "P01", "--tree", remote.directory.path, "--good", "both", "--bad", "four",
                "--output", series.place("bisect"),
            ], expecting: [0]
        ).text
        let answer = "is the first bad commit\n    kcov: simplify KCOV_DISABLE"
        #expect(search.contains(answer), "\(search)")

        let clone = try await remote.clone(to: series.directory.appending(path: "clone"), at: "four")
        let command = try ShippedData.locate().command.path
        try await clone.git("bisect", "start", "origin/four", "origin/both")
        let runs = try await clone.git(
            "bisect", "run", command, "run", "--bisect", "--tree", ".", "P01")
        try await clone.git("bisect", "reset")
        #expect(runs.contains("is the first bad commit"), "\(runs)")
        #expect(runs.contains("kcov: simplify KCOV_DISABLE"), "\(runs)")
        #expect(runs.contains("bisect  bad: P01: ") && runs.contains("is built already"), "\(runs)")
        #expect(!runs.contains(": compile"), "\(runs)")
        try await moved(clone, series)
    }

    /// A series whose base-commit the tree has left.
    private func moved(_ clone: KernelClone, _ series: PatchSeries) async throws {
        let last = "device_initcall(kcov_init);"
        try #require(series.original.contains(last))
        try await series.remote.commit(
            series.original.replacing(last, with: "late_initcall(kcov_init);"), to: "moved", after: "both",
            saying: "kcov: begin later")
        try await clone.git("fetch", "-q", "origin", "moved")
        try await clone.git("checkout", "-q", "FETCH_HEAD")
        let patch = try series.file("based.mbox", try await series.remote.mails("both..one", "--base=both"))
        let base = try await clone.git("rev-parse", "origin/both")
        let run = try await ShippedCommand.run(
            [
                "run", "L01", "--tree", clone.directory.path, "--patch", patch, "--output",
                series.place("based"),
            ], expecting: [0]
        ).text
        #expect(
            run.contains(
                "the series does not apply to the tree as it is, but to commit \(base.prefix(12)), for which it was made: that is tested"
            ), "\(run)")
        #expect(run.contains("1 scenario: 1 passed"), "\(run)")
    }

    /// The simultaneous patch in three steps is exclusive, simultaneous, simultaneous.
    ///
    /// The first step changes a header that nearly everything includes, so two kernels are built from nothing.
    private func threeSteps(_ series: PatchSeries) async throws {
        let patch = try ShippedData.locate().images.appending(path: "patches/6.12-simultaneous-enable.patch")
        let steps = [
            ("prepare", "base", "sched: add a slot", ["include/linux/sched.h"]),
            ("change", "prepare", "kcov: let a task enable both", ["include/linux/kcov.h", "kernel/kcov.c"]),
            ("documentation", "change", "kcov: document both", ["Documentation/*"]),
        ]
        for (branch, parent, title, files) in steps {
            try await series.remote.commit(
                applying: patch, to: branch, after: parent, onlyIn: files, saying: title)
        }
        let mails = try await series.remote.mails("base..documentation")
        let text = try await ShippedCommand.run(
            ["run"] + PatchSeries.scenarios + [
                "--each", "--tree", series.remote.directory.path, "--ref", "base", "--patch",
                try series.file("three.mbox", mails), "--output", series.place("three"),
            ], expecting: [0]
        ).text
        let overview = try #require(
            text.range(of: "\nstep 1 of 3: [PATCH 1/3] sched: add a slot\n  2 scenarios"))
        let lines = text[overview.lowerBound...]
        #expect(lines.contains("P01: passed (exclusive), now passed (simultaneous)"), "\(lines)")
        #expect(lines.split(separator: "2 scenarios: 2 passed").count == 4, "\(lines)")
        #expect(!lines.contains("now passed (exclusive)"))
    }
}
