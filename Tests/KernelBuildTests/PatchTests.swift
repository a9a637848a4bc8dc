// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite(.timeLimit(.minutes(10))) struct PatchTests {
    private func read(_ text: String) throws -> (patches: [PatchFile], remarks: [String]) {
        let collector = DiagnosticCollector()
        let file = URL(fileURLWithPath: "/patches/p.patch")
        let input = KernelRecipe.Input(
            name: "p.patch", file: file, location: SourceLocation(file: "r.yaml", line: 1, column: 1))
        let result = PatchFile.read(input, contents: Data(text.utf8), collector: collector)
        try collector.throwIfAny()
        return result
    }

    private static let change = """
        --- a/kernel/kcov.c
        +++ b/kernel/kcov.c
        @@ -1 +1 @@
        -a
        +b

        """

    @Test func `A diff with text above is one patch, and what is applied is the diff`() throws {
        let (patches, remarks) = try read("a wrong constant\n\n" + Self.change)
        #expect(patches.count == 1 && remarks.isEmpty)
        #expect(patches.first?.paths == ["kernel/kcov.c"])
        #expect(patches.first.map { String(decoding: $0.contents, as: UTF8.self) } == Self.change)
    }

    @Test func `Of a thread it is said what was taken and what was not`() throws {
        func mail(_ subject: String, _ id: String, answers: String? = nil, body: String) -> String {
            "From git@z Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nDate: Mon, 1 Jun 2026 10:00:00 +0000\n"
                + "Subject: \(subject)\nMessage-Id: <\(id)>\n"
                + (answers.map { "In-Reply-To: <\($0)>\n" } ?? "") + "\n\(body)\n"
        }
        let thread =
            mail("[PATCH] kcov: b", "1@x", body: "why\n---\n" + Self.change)
            + mail("Re: [PATCH] kcov: b", "2@x", answers: "1@x", body: "> +b\nThanks")
        let (patches, remarks) = try read(thread)
        #expect(patches.count == 1)
        #expect(remarks.count == 2)
        #expect(remarks.contains { $0.contains("takes v1 1/1") && $0.contains("kcov: b") })
        #expect(remarks.contains { $0.contains("leaves out") && $0.contains("a reply") })
    }

    @Test(arguments: [
        "«--- a/../../etc/passwd\n+++ b/kernel/kcov.c\n@@ -1 +1 @@\n-a\n+b\n",
        "--- a/kernel/kcov.c\n«+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
        "--- /dev/null\n«+++ b/.git/hooks/post-commit\n@@ -0,0 +1 @@\n+x\n",
    ])
    func `A patch that leaves the tree is refused at its line`(marked: String) throws {
        let marked = MarkedText(marked)
        let error = #expect(throws: InputError.self) { try read(marked.text) }
        #expect(error?.diagnostics.map { "\($0.location.line):\($0.location.column)" } == marked.marks)
    }

    @Test(arguments: ["", "just words\n"])
    func `A patch without a change is refused`(text: String) {
        #expect(throws: InputError.self) { try read(text) }
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
        #expect(diagnostic.location.line == 3)
        #expect(diagnostic.message.contains("hunk 1 of 1 of kernel/c.c"))
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
