// SPDX-License-Identifier: Apache-2.0

import PatchMail
import Testing

@Suite("Paths of a patch")
struct PathTests {
    private static let hunk = "@@ -1 +1 @@\n-a\n+b\n"
    private static let new = "@@ -0,0 +1 @@\n+b\n"

    @Test(
        "What leaves the tree, or is no regular file, is refused in its line",
        arguments: [
            ("--- a/../x\n+++ b/x\n" + hunk, 1, "outside"), ("--- a/x\n+++ b/../../x\n" + hunk, 2, "outside"),
            ("--- a/x\n+++ /etc/passwd\n" + hunk, 2, "outside"),
            ("--- /dev/null\n+++ \"b/\\056\\056/x\"\n" + new, 2, "outside"),
            ("--- /dev/null\n+++ \"b/x\n" + new, 2, "cannot be read"),
            ("--- /dev/null\n+++ b/.git/hooks/x\n" + new, 2, "belongs to git"),
            ("--- /dev/null\n+++ b/.GIT/x\n" + new, 2, "belongs to git"),
            ("--- /dev/null\n+++ b/./x\n" + new, 2, "not that of a file"),
            ("--- /dev/null\n+++ b/x/\n" + new, 2, "not that of a file"),
            ("--- /dev/null\n+++ \"b/x\\ny\"\n" + new, 2, "characters no kernel file has"),
            ("--- /dev/null\n+++ /dev/null\n" + hunk, 2, "both names"),
            ("--- x\n+++ x\n" + hunk, 1, "no directory in front"),
            ("diff --git a/x b/x\nrename from x\nrename to ../y\n", 3, "outside"),
            ("diff --git a/x b/x\nrename from /x\nrename to y\n", 2, "outside"),
            ("diff --git a/x b/x\ncopy from x\ncopy to .git/config\n", 3, "belongs to git"),
            ("diff --git a/x b/y\n--- a/x\n+++ b/y\n" + hunk, 1, "do not agree"),
            ("diff --git a/x b/x\n--- a/x\n+++ b/y\n" + hunk, 1, "do not agree"),
            ("diff --git a/x b/x\nrename from x\nrename to y\n--- a/x\n+++ b/z\n" + hunk, 1, "do not agree"),
            ("diff --git a/x b/x\nnew file mode 100644\n--- a/x\n+++ b/x\n" + hunk, 1, "do not agree"),
            ("diff --git kernel/x kernel/x\n--- kernel/x\n+++ kernel/x\n" + hunk, 1, "no prefix"),
            ("diff --git a/../x b/../x\nold mode 100644\nnew mode 100755\n", 1, "outside"),
            ("diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n" + new, 2, "symbolic link"),
            ("diff --git a/x b/x\nindex 1..2 120000\n--- a/x\n+++ b/x\n" + hunk, 2, "symbolic link"),
            ("diff --git a/x b/x\nindex 1..2 160000\n--- a/x\n+++ b/x\n" + hunk, 2, "submodule"),
            ("diff --git a/x b/x\nold mode 100644\nnew mode 104755\n", 3, "mode 104755"),
            ("diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 1\n", 3, "binary"),
            ("diff --git a/x b/x\nindex 1..2 100644\nBinary files a/x and b/x differ\n", 3, "binary"),
            ("Binary files a/x and b/x differ\n", 1, "binary"),
        ])
    func refused(diff: String, line: Int, why: String) throws {
        let error = #expect(throws: PatchMailError.self) { try PatchThread(text: diff) }
        guard case .refused(let what, let expected) = error?.kind else {
            Issue.record("\(diff): \(error.debugDescription)")
            return
        }
        #expect(what.contains(why))
        #expect(!expected.isEmpty)
        #expect(error?.line == line)
        // In a mail, with its subject and the line in the mailbox.
        let head = mail("[PATCH] bad", id: "a", body: "")
        let inMail = #expect(throws: PatchMailError.self) { try PatchThread(text: head + diff) }
        #expect(inMail?.mail == "[PATCH] bad")
        #expect(inMail?.line == line + head.count(where: { $0 == "\n" }))
    }

    @Test("Renames, copies, modes, new, deleted and quoted files inside the tree are read and written alike")
    func accepted() throws {
        let diffs = [
            "diff --git a/x b/y\nrename from x\nrename to y\n",
            "diff --git a/d/x b/d/y\ncopy from d/x\ncopy to d/y\n--- a/d/x\n+++ b/d/y\n" + Self.hunk,
            "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
            "diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n" + Self.new,
            "diff --git a/x b/x\nnew file mode 100644\n",
            "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
            "diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n" + Self.hunk,
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
        ]
        for diff in diffs {
            let patch = try #require(try PatchThread(text: diff).patches.first)
            #expect(String(decoding: patch.diff, as: UTF8.self) == diff)
        }
        let quoted =
            "diff --git \"a/\\303\\244\" \"b/\\303\\244\"\n--- \"a/\\303\\244\"\n+++ \"b/\\303\\244\"\n"
        #expect(try PatchThread(text: quoted + Self.hunk).patches.first?.changes.map(\.path) == ["ä"])
        let plain = "--- linux.orig/kernel/x\t2026-01-01\n+++ linux/kernel/x\t2026-01-02\n" + Self.hunk
        #expect(try PatchThread(text: plain).patches.first?.changes.map(\.path) == ["kernel/x"])
    }

    @Test("What looks like a header inside a hunk is text")
    func headersInHunks() throws {
        let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- ../../x\n+++ /etc/passwd\n diff --git a/x b/../x\n"
        #expect(try PatchThread(text: diff).patches.first?.changes.map(\.path) == ["x"])
    }
}
