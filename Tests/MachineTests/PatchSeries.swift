// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

/// Patches on a kernel with simultaneous enable: the second of three breaks P01, the third mends it.
struct PatchSeries {
    static let scenarios = ["P01", "L01"]

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

    func remove() { try? FileManager.default.removeItem(at: directory) }

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

    /// A place for a run that is not there yet.
    func place(_ name: String) -> String { directory.appending(path: name).path }

    /// Runs the command on the kernel without the series.
    func run(
        _ words: String..., patch: String, output: String, expecting code: Int32
    ) async throws -> String {
        try await ShippedCommand.run(
            ["run"] + Self.scenarios + words + [
                "--tree", remote.directory.path, "--ref", "both", "--patch", patch, "--output", place(output),
            ], expecting: [code]
        ).text
    }

    /// Compares sides of which each may be a ref of the remote.
    func compare(_ words: String..., output: String, expecting code: Int32) async throws -> String {
        try await ShippedCommand.run(
            ["compare"] + words + ["--tree", remote.directory.path, "--output", place(output)]
                + Self.scenarios.flatMap { ["--scenario", $0] }, expecting: [code]
        ).text
    }
}
