// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(2))) struct PatchTests {
    private func read(_ text: String) throws -> PatchFile {
        let collector = DiagnosticCollector()
        let file = URL(fileURLWithPath: "/patches/p.patch")
        let input = KernelRecipe.Input(
            name: "p.patch", file: file, location: SourceLocation(file: "r.yaml", line: 1, column: 1))
        let patch = PatchFile(input, contents: Data(text.utf8), collector: collector)
        try collector.throwIfAny()
        return patch
    }

    @Test func `The touched paths of mail, git and plain diffs are found`() throws {
        let patch = try read(
            """
            From: Somebody
            Subject: [PATCH] kcov
            --- a line of the message
            diff --git a/kernel/kcov.c b/kernel/kcov.c
            index 1..2 100644
            --- a/kernel/kcov.c
            +++ b/kernel/kcov.c\t2026-01-01
            @@ -1,2 +1,2 @@ context
             same
            --- ../../looks/like/a/header
            +++ ../../but/is/text
            diff --git a/old name b/new
            rename from drivers/old
            rename to drivers/new
            --- /dev/null
            +++ b/include/linux/kcov_new.h
            @@ -0,0 +1 @@
            +x
            """.replacing("--- a line of the message", with: "a line of the message").replacing(
                "diff --git a/old name b/new", with: "diff --git a/drivers/old b/drivers/new"))
        #expect(patch.paths == ["drivers/new", "drivers/old", "include/linux/kcov_new.h", "kernel/kcov.c"])
    }

    @Test(arguments: [
        "«--- a/../../etc/passwd\n+++ b/kernel/kcov.c\n@@ -1 +1 @@\n-a\n+b\n",
        "--- a/kernel/kcov.c\n«+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
        "diff --git a/x b/x\nrename from x\n«rename to ../../../root/.bashrc\n",
        "--- /dev/null\n«+++ b/.git/hooks/post-commit\n@@ -0,0 +1 @@\n+x\n",
        "--- /dev/null\n«+++ \"b/../x\"\n@@ -0,0 +1 @@\n+x\n",
    ])
    func `A patch that leaves the tree is refused at its line`(marked: String) throws {
        let marked = MarkedText(marked)
        let error = #expect(throws: InputError.self) { try read(marked.text) }
        #expect(error?.diagnostics.map { "\($0.location.line):\($0.location.column)" } == marked.marks)
        #expect(error?.diagnostics.first?.message.contains("outside the kernel tree") == true)
    }

    @Test(arguments: ["", "just words\n"])
    func `A patch without a change is refused`(text: String) {
        let error = #expect(throws: InputError.self) { try read(text) }
        #expect(error?.diagnostics.first?.message == "the patch changes nothing")
    }

    @Test func `A patch that does not apply shows the rejected hunk and leaves no tree`() async throws {
        let fake = try FakeKernel()
        let patch = try fake.directory.write(
            "--- a/kernel/c.c\n+++ b/kernel/c.c\n@@ -1 +1 @@\n-int other = 1;\n+int c = 3;\n", to: "c.patch")
        let error = await #expect(throws: InputError.self) {
            try await fake.build(fake.recipe(patches: [patch]))
        }
        let diagnostic = try #require(error?.diagnostics.first)
        #expect(diagnostic.location.file == patch.path)
        #expect(diagnostic.message.contains("patch failed: kernel/c.c:1"))
        #expect(diagnostic.suggestion?.contains("-int other = 1;") == true)
        let sources = try FileManager.default.contentsOfDirectory(
            atPath: fake.cache.appending(path: "sources").path)
        #expect(sources.count == 1)
    }

    @Test func `A patch cannot write through a link it makes`() async throws {
        let fake = try FakeKernel()
        let victim = try fake.directory.write("untouched\n", to: "outside/victim")
        let link = """
            diff --git a/escape b/escape
            new file mode 120000
            --- /dev/null
            +++ b/escape
            @@ -0,0 +1 @@
            +\(victim.deletingLastPathComponent().path)
            \\ No newline at end of file

            """
        let through = """
            --- a/escape/victim
            +++ b/escape/victim
            @@ -1 +1 @@
            -untouched
            +changed

            """
        for text in [link, link + through] {
            let patch = try fake.directory.write(text, to: "link.patch")
            await #expect(throws: InputError.self) { try await fake.build(fake.recipe(patches: [patch])) }
        }
        #expect(try String(contentsOf: victim, encoding: .utf8) == "untouched\n")
    }
}
