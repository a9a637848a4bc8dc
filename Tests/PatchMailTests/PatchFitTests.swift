// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import PatchMail
import Testing

@Suite("Fit of a patch")
struct PatchFitTests {
    private func misfits(_ diff: String, _ files: [String: String]) throws -> [Misfit] {
        var fit = PatchFit { files[$0].map { Array($0.utf8) } }
        return try PatchThread(text: diff).patches.flatMap { fit.apply($0) }
    }

    private func reasons(_ diff: String, _ files: [String: String]) throws -> [Misfit.Reason] {
        try misfits(diff, files).map(\.reason)
    }

    private static let change = "--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@ here\n b\n c\n+x\n d\n"

    @Test("A hunk applies in its place or in the nearest other one, and only with all its lines")
    func places() throws {
        #expect(try reasons(Self.change, ["f": "a\nb\nc\nd\ne\n"]) == [])
        #expect(try reasons(Self.change, ["f": "0\n1\n2\n3\na\nb\nc\nd\ne\n"]) == [])
        #expect(try reasons(Self.change, ["f": "b\nc\nd\n"]) == [])
        #expect(try reasons(Self.change, ["f": "a\nb\nC\nd\ne\n"]).count == 1)
        #expect(try reasons(Self.change, ["f": "a\nb\nc\nd"]).count == 1)
    }

    @Test("The nearest place is shown, with what is expected and what is there")
    func nearest() throws {
        let file = "b\n0\n0\n0\n0\na\nb\nc changed\nd\ne\n"
        let misfit = try #require(try misfits("words\n" + Self.change, ["f": file]).first)
        guard case .noMatch(let nearest?) = misfit.reason else {
            Issue.record("\(misfit)")
            return
        }
        #expect(nearest.line == 7)
        #expect(nearest.matching == 2)
        #expect(nearest.wanted == 3)
        #expect(nearest.differences == [.expected("c", patchLine: 6), .found("c changed", line: 8)])
        #expect(misfit.line == 4)
        #expect(misfit.path == "f")
        #expect(misfit.hunk?.header == "@@ -2,3 +2,4 @@ here")
        #expect(
            misfit.diagnostic(file: "p.diff").description == """
                p.diff:4:1: error: hunk 1 of 1 of f (@@ -2,3 +2,4 @@ here) does not apply; nearest is line 7, with 2 of 3 lines
                  expected by line 6 of the patch: c
                  found in line 8 of the file: c changed
                """)
        #expect(try reasons(Self.change, ["f": "q\nr\n"]) == [.noMatch(nearest: nil)])
    }

    @Test("A line that was put between others is shown alone")
    func insertedLine() throws {
        let diff = "--- a/f\n+++ b/f\n@@ -1,5 +1,6 @@\n a\n b\n c\n d\n+x\n e\n"
        guard case .noMatch(let nearest?)? = try reasons(diff, ["f": "a\nb\nc\nnew\nd\ne\n"]).first else {
            Issue.record("applies")
            return
        }
        #expect(nearest.differences.first == .found("new", line: 4))
    }

    @Test("Only the hunk that does not fit is named, with the mail it came in")
    func secondHunk() throws {
        let text = mail(
            "[PATCH] two hunks", id: "a",
            body: "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n+x\n b\n@@ -5,2 +6,3 @@\n e\n+y\n F\n")
        let misfits = try misfits(text, ["f": "a\nb\nc\nd\ne\nf\n"])
        #expect(misfits.map(\.number) == [2])
        #expect(misfits.map(\.count) == [2])
        #expect(misfits.map(\.mail.subject) == ["[PATCH] two hunks"])
        #expect(misfits.first?.description.hasPrefix("'[PATCH] two hunks': hunk 2 of 2 of f") == true)
    }

    @Test("A patch sees what the patches before it have done")
    func sequence() throws {
        let first = "diff --git a/f b/g\nrename from f\nrename to g\n--- a/f\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n"
        let second = "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-b\n+c\n"
        let third = "--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-c\n"
        #expect(try reasons(first + second + third, ["f": "a\n"]) == [])
        #expect(try reasons(first + second + third + third, ["f": "a\n"]) == [.absent])
        #expect(try reasons(first + "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", ["f": "a\n"]) == [.absent])
    }

    @Test("Files that are missing, there already or not empty are told apart")
    func files() throws {
        #expect(try reasons(Self.change, [:]) == [.absent])
        let new = "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"
        #expect(try reasons(new, [:]) == [])
        #expect(try reasons(new, ["f": ""]) == [.exists])
        let gone = "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
        #expect(try reasons(gone, ["f": "a\n"]) == [])
        let emptied = "diff --git a/f b/f\ndeleted file mode 100644\n"
        #expect(try reasons(emptied, ["f": ""]) == [])
        #expect(try reasons(emptied, ["f": "a\n"]) == [.notEmpty])
        #expect(try misfits(new, ["f": ""]).first?.line == 1)
    }

    @Test("A patch that was applied already is recognised")
    func applied() throws {
        #expect(try reasons(Self.change, ["f": "a\nb\nc\nx\nd\n"]) == [.applied(line: 2)])
    }

    @Test("Without context a hunk belongs to that end of the file, and two hunks never take the same lines")
    func ends() throws {
        let atEnd = "--- a/f\n+++ b/f\n@@ -2,2 +2,3 @@\n b\n c\n+x\n"
        #expect(try reasons(atEnd, ["f": "a\nb\nc\n"]) == [])
        #expect(try reasons(atEnd, ["f": "a\nb\nc\nd\n"]).count == 1)
        let atStart = "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n+x\n a\n b\n"
        #expect(try reasons(atStart, ["f": "a\nb\nc\n"]) == [])
        #expect(try reasons(atStart, ["f": "0\na\nb\nc\n"]).count == 1)
        let twice = "--- a/f\n+++ b/f\n@@ -2,2 +2,2 @@\n-a\n+b\n c\n@@ -2,2 +2,2 @@\n-b\n+a\n c\n"
        #expect(try reasons(twice, ["f": "0\na\nc\n"]).count == 1)
    }

    @Test("Every fixture that can be read applies to the tree it was made for, and to no other")
    func fixtures() throws {
        var applied = 0
        for name in Fixture.names {
            guard let thread = try? Fixture.thread(name), name != "single-versions.mbox" else { continue }
            #expect(thread.misfits == [], "\(name)")
            var fit = PatchFit {
                Fixture.tree($0).map { $0.filter { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ".") } }
            }
            #expect(thread.patches.contains { !fit.apply($0).isEmpty }, "\(name)")
            applied += 1
        }
        #expect(applied == 9)
    }
}
