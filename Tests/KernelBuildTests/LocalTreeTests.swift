// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(10))) struct LocalTreeTests {
    let small: SmallTree

    init() async throws { small = try await SmallTree() }

    @Test func `A clean tree and its commit are the same source`() async throws {
        let asItIs = try await small.local().resolve()
        let commit = try await small.local(ref: "main").resolve()
        #expect(asItIs.tree == commit.tree)
        #expect(asItIs.tree == (try await small.git("rev-parse", "HEAD^{tree}")))
        #expect(asItIs.remark.hasSuffix("without changes"))
        #expect(commit.remark.contains("(main)"))
    }

    @Test func `The same content is the same source, however it came there`() async throws {
        try small.write("changed\n", to: "kernel/kcov.c")
        try small.write("new\n", to: "kernel/new.c")
        let dirty = try await small.local().resolve()
        #expect(dirty.remark.contains("2 changed files (kernel/kcov.c, kernel/new.c)"))
        let copy = small.directory.url.appending(path: "copy")
        try await Command("cp", ["-r", small.tree.path, copy.path]).output(to: "copy")
        #expect(try await small.local(copy).resolve().tree == dirty.tree)
        try await Command("rm", ["-rf", copy.appending(path: ".git").path]).output(
            to: "make it a plain directory")
        #expect(try await small.local(copy).resolve().tree == dirty.tree)
        try await small.commit("second")
        #expect(try await small.local(ref: "main").resolve().tree == dirty.tree)
        #expect(try await small.local(ref: "main~1").resolve().tree != dirty.tree)
    }

    @Test func `What kcovlab left in a tree is no part of it`() async throws {
        let before = try await small.local().resolve().tree
        for path in ["kcovlab-runs/latest/results.json", "kcovlab-nightly/index.html"] {
            try small.write("x\n", to: path)
        }
        let after = try await small.local().resolve()
        #expect(after.tree == before && after.remark.hasSuffix("without changes"))
    }

    @Test(arguments: [
        "staged", "unstaged", "untracked", "deleted", "mode", "link", "renamed", "to a directory",
    ])
    func `Every change makes another source, and taking it back the same one`(change: String) async throws {
        let before = try await small.local().resolve().tree
        switch change {
        case "staged":
            try small.write("x\n", to: "Kconfig")
            try await small.git("add", "-A")
        case "unstaged": try small.write("x\n", to: "Kconfig")
        case "untracked": try small.write("x\n", to: "lib/new.c")
        case "deleted":
            try FileManager.default.removeItem(at: small.tree.appending(path: "lib/Kconfig.debug"))
        case "mode": try await Command("chmod", ["a+x", "Kconfig"], in: small.tree).output(to: "chmod")
        case "link": try await Command("ln", ["-sfT", "Makefile", "link"], in: small.tree).output(to: "link")
        case "renamed": try await small.git("mv", "lib/Kconfig.debug", "lib/Kconfig.other")
        default:
            try await Command.script("rm link; mkdir link; echo x > link/x.c", in: small.tree).output(
                to: "replace")
        }
        let after = try await small.local().resolve().tree
        #expect(after != before)
        try await small.git("reset", "-q", "--hard")
        try await small.git("clean", "-q", "-f", "-d")
        #expect(try await small.local().resolve().tree == before)
    }

    @Test func `What git ignores is no part of the tree, unless git tracks it`() async throws {
        let before = try await small.local().resolve().tree
        try small.write("x", to: "kernel/kcov.o")
        try small.write("x", to: "ignored.c")
        #expect(try await small.local().resolve().tree == before)
        try await small.git("add", "-f", "ignored.c")
        #expect(try await small.local().resolve().tree != before)
        try await small.git("rm", "-q", "--cached", "ignored.c")
        #expect(try await small.local().resolve().tree == before)
    }

    @Test func `The user's checkout and repository are as they were, times included`() async throws {
        let first = try await small.git("rev-parse", "HEAD")
        try small.write("changed\n", to: "kernel/kcov.c")
        try await small.git("add", "-A")
        try await small.git("gc", "-q")
        // Content that the repository has already, under a time that makes git look at it.
        try small.write("void kcov_task_init(void)\n{\n}\n", to: "kernel/kcov.c")
        try small.write("untracked\n", to: "kernel/new.c")
        let before = try await small.listing()
        for local in [small.local(), small.local(), small.local(ref: first)] {
            let resolution = try await local.resolve()
            let root = small.directory.url.appending(path: UUID().uuidString)
            try await local.unpack(resolution, into: root)
            _ = try await local.contents(of: ["Makefile"], in: resolution)
        }
        #expect(try await small.listing() == before)
    }

    @Test func `What is unpacked is what was there, byte for byte`() async throws {
        try small.write("a\r\nb\n", to: "kernel/crlf.c")
        try small.write(
            "* text=auto\nkernel/kcov.c export-ignore\nMakefile export-subst ident\n", to: ".gitattributes")
        try small.write("VERSION = 6\nPATCHLEVEL = 12\n# $Format:%H$ $Id$\n", to: "Makefile")
        let local = small.local()
        let resolution = try await local.resolve()
        let root = small.directory.url.appending(path: "out")
        try await local.unpack(resolution, into: root)
        let difference = try await Command(
            "diff", ["-r", "--no-dereference", "--exclude=.git", small.tree.path, root.path]
        ).outcome()
        #expect(difference.succeeded, "\(difference.output)")
        let target = try FileManager.default.destinationOfSymbolicLink(
            atPath: root.appending(path: "link").path)
        #expect(target == "kernel/kcov.c")
    }

    @Test func `Files are read without unpacking, and what is no file is not`() async throws {
        let local = small.local()
        try small.write("a\u{0}\n\n", to: "kernel/b in.c")
        let resolution = try await local.resolve()
        let files = try await local.contents(
            of: ["kernel", "absent", "kernel/b in.c", "Kconfig"], in: resolution)
        #expect(files.keys.sorted() == ["Kconfig", "kernel/b in.c"])
        #expect(files["kernel/b in.c"] == Data("a\u{0}\n\n".utf8))
    }

    @Test func `A tree inside a repository that ignores it, or tracks it, is the tree`() async throws {
        let before = try await small.local().resolve().tree
        let outer = small.directory.url
        try await Command("rm", ["-rf", small.tree.appending(path: ".git").path]).output(to: "prepare")
        try await Command("git", ["init", "-q"], in: outer).output(to: "prepare")
        #expect(try await small.local().resolve().tree == before)
        try small.directory.write("linux/\n", to: ".gitignore")
        #expect(try await small.local().resolve().tree == before)
    }

    @Test func `A bare repository is read by ref, and a linked work tree as it is`() async throws {
        let tree = try await small.local().resolve().tree
        let bare = small.directory.url.appending(path: "bare.git")
        try await small.git("clone", "-q", "--bare", ".", bare.path)
        #expect(try await small.local(bare, ref: "main").resolve().tree == tree)
        let error = await #expect(throws: InputError.self) { try await small.local(bare).resolve() }
        #expect(error?.diagnostics.first?.suggestion == "name a commit with --ref")
        let linked = small.directory.url.appending(path: "linked")
        try await small.git("worktree", "add", "-q", "--detach", linked.path)
        #expect(try await small.local(linked).resolve().tree == tree)
    }
}
