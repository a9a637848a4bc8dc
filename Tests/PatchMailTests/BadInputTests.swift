// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import PatchMail
import Testing

@Suite("Bad input")
struct BadInputTests {
    private func kind(_ text: String) -> PatchMailError.Kind? {
        do throws(PatchMailError) {
            _ = try PatchThread(text: text)
            return nil
        } catch {
            #expect(!error.description.isEmpty)
            return error.kind
        }
    }

    @Test("A file without a patch says what it is instead")
    func nothing() throws {
        #expect(kind("") == .emptyFile)
        #expect(kind("\n \r\n") == .emptyFile)
        #expect(kind("From x Thu Jan  1 00:00:00 1970\n\n") == .emptyMailbox)
        #expect(kind("just words\n") == .notAPatch)
        #expect(kind("\0\u{1}\u{2}") == .notAPatch)
        #expect(
            kind(try Fixture.text("no-patch.mbox"))
                == .missingParts(
                    ["[PATCH v1 1/3]", "[PATCH v1 2/3]", "[PATCH v1 3/3]"], of: "kcov: two descriptors"))
        let replies = mail("Re: x", id: "a", body: "> diff") + mail("hello", id: "b", body: "words")
        #expect(kind(replies) == .noPatch(mails: 2))
    }

    @Test("A mail that was cut off or wrapped is damaged, with the line and what is wrong")
    func damaged() throws {
        let cut = #expect(throws: PatchMailError.self) { try Fixture.thread("truncated.mbox") }
        #expect(
            cut?.kind
                == .truncatedHunk(
                    "@@ -20,6 +20,8 @@ static void kcov_stop(struct kcov *kcov)", old: 2, new: 2))
        #expect(cut?.line == 24)
        #expect(cut?.mail == "[PATCH] kcov: refuse a descriptor nobody has opened")
        let wrapped = #expect(throws: PatchMailError.self) { try Fixture.thread("wrapped.mbox") }
        #expect(wrapped?.line == 24)
        #expect(wrapped?.description.contains("'remote one.' is no line of the hunk") == true)
        let flowed = #expect(throws: PatchMailError.self) { try Fixture.thread("flowed.mbox") }
        #expect(flowed?.description.contains("format=flowed") == true)
        #expect(flowed?.diagnostic(file: "f").suggestion?.contains("attachment") == true)
    }

    @Test(
        "A hunk must have the lines its header says",
        arguments: [
            ("@@ -1,2 +1,2 @@\n a\n-b\n", "needs 0 more old and 1 more new"),
            ("@@ -1,2 +1,1 @@\n a\n-b\n+c\n", "more lines than its header says"),
            ("@@ -1,1 +1,1 @@\n-b\n+c\n and text\n", "more lines than its header says"),
            ("words\n", "none"),
            ("@@ -1,99999999999999999999 +1 @@\n-b\n", "none"),
            ("@@ -1 +1 @@\n\\ No newline at end of file\n-b\n+c\n", "is no line of the hunk"),
        ])
    func counts(hunk: String, expected: String) {
        let error = #expect(throws: PatchMailError.self) {
            try PatchThread(text: "--- a/x\n+++ b/x\n" + hunk)
        }
        if expected == "none" {
            #expect(error?.kind == .notAPatch)
        } else {
            #expect(error?.description.contains(expected) == true)
        }
    }

    @Test("A signature, a footer, empty lines and the next file may follow a hunk")
    func afterHunks() throws {
        let hunk = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n"
        for tail in ["-- \n2.39\n", "--\n2.39", "\n a text\n", "", "____\nlist\n"] {
            #expect(try PatchThread(text: hunk + tail).patches.first?.changes.count == 1, "\(tail)")
        }
        #expect(try PatchThread(text: hunk + hunk).patches.first?.changes.count == 2)
    }

    @Test("A diff that lost its file names, or what follows them, is damaged")
    func names() {
        for text in [
            "@@ -1 +1 @@\n-b\n+c\n", "diff --git a/x b/x\nindex 1..2 100644\n",
            "diff --git a/x b/x\n--- a/x\nwords\n", "diff --git a/x b/x\n--- a/x\n+++ b/x\nwords\n",
            "--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "--- a/x\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n",
        ] {
            guard case .damaged = kind(text) else {
                Issue.record("\(text): \(kind(text).debugDescription)")
                continue
            }
        }
    }

    @Test("Input beyond the limits is refused, not read")
    func limits() {
        func limit(_ text: String) -> String {
            guard case .tooMuch(let what, _) = kind(text) else { return "none" }
            return what
        }
        #expect(limit(String(repeating: "x", count: (32 << 20) + 1)) == "bytes")
        #expect(limit(String(repeating: "\n", count: 2_000_002)) == "lines")
        #expect(limit(String(repeating: "From x 00:00:00 1970\nA: b\n\n", count: 2001)) == "mails")
        let fields = String(repeating: "A: b\n", count: 1001)
        #expect(limit("From x 00:00:00 1970\nFrom: a\n" + fields) == "header fields")
        let nested = (0...8).map { "Content-Type: multipart/mixed; boundary=\($0)\n\n--\($0)\n" }.joined()
        #expect(limit("From: a\n" + nested) == "levels of parts in a mail")
        let parts = String(repeating: "--b\n\ntext\n", count: 300)
        #expect(
            limit("From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + parts) == "parts of a mail")
    }
}
