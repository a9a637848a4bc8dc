// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

@testable import KernelBuild

/// A git repository that looks like a small kernel tree, with a cache beside it.
struct SmallTree {
    let directory: TestDirectory
    var tree: URL { directory.url.appending(path: "linux") }
    var cache: KernelCache { KernelCache(root: directory.url.appending(path: "cache"), limit: 1 << 30) }

    init() async throws {
        directory = try TestDirectory()
        try write("VERSION = 6\nPATCHLEVEL = 12\n", to: "Makefile")
        try write("source \"lib/Kconfig.debug\"\n", to: "Kconfig")
        try write("config KCOV\n\tbool \"kcov\"\n", to: "lib/Kconfig.debug")
        try write("void kcov_task_init(void)\n{\n}\n", to: "kernel/kcov.c")
        try write("struct task_struct {\n\tstruct kcov *kcov;\n};\n", to: "include/linux/sched.h")
        try write("*.o\n/ignored.c\n", to: ".gitignore")
        try write("# off\nKCOV_INSTRUMENT := n\n", to: "arch/x86/kernel/Makefile")
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending(path: "link").path, withDestinationPath: "kernel/kcov.c")
        try await git("init", "-q", "-b", "main")
        try await commit("first")
    }

    func write(_ text: String, to path: String) throws {
        try directory.write(text, to: "linux/\(path)")
    }

    @discardableResult
    func git(_ arguments: String...) async throws -> String {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "gc.auto=0"]
        return try await Command("git", identity + arguments, in: tree).output(to: "prepare a repository")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Commits everything.
    ///
    /// - Returns: The commit.
    @discardableResult
    func commit(_ subject: String) async throws -> String {
        try await git("add", "-A")
        try await git("commit", "-q", "-m", subject)
        return try await git("rev-parse", "HEAD")
    }

    func local(_ directory: URL? = nil, ref: String? = nil) -> LocalTree {
        LocalTree(
            directory: directory ?? tree, ref: ref,
            location: SourceLocation(file: ref == nil ? "--tree" : "--ref", line: 1, column: 1), cache: cache)
    }

    /// Every file below the tree, .git included, with all that a change of it would show.
    func listing() async throws -> String {
        try await Command.script(
            "find . -printf '%p %y %m %s %T@ %C@ %i\\n' | sort; find . -type f -exec sha256sum {} + | sort",
            in: tree
        ).output(to: "list a tree")
    }

    func recipe(ref: String? = nil, series: [URL] = []) -> KernelRecipe {
        let location = SourceLocation(file: "--tree", line: 1, column: 1)
        var recipe = KernelRecipe(
            name: "linux", source: .directory(tree, ref: ref), sourceLocation: location)
        recipe.isOpen = true
        recipe.series = series.map { .init(name: $0.lastPathComponent, file: $0, location: location) }
        return recipe
    }
}
