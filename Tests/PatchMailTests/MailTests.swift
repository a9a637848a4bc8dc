// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import PatchMail

@Suite("Mails")
struct MailTests {
    @Test("A diff alone is a patch without a mail")
    func plain() throws {
        let thread = try Fixture.thread("plain.diff")
        #expect(thread.patches.map(\.mail.subject) == [nil])
        #expect(thread.patches.first?.changes.map(\.path) == ["kernel/kcov.c", "Documentation/kcov.rst"])
        #expect(thread.misfits == [])
    }

    @Test("A mail may stand alone, begin with an mbox line, or be a diff with words before it")
    func forms() throws {
        let mailText = try Fixture.text("format-patch.mbox")
        let alone = String(mailText.drop { $0 != "\n" }.dropFirst())
        for text in [mailText, alone, "\n\n" + mailText, "Index: x\n=====\nsome words\n" + smallDiff()] {
            #expect(try PatchThread(text: text).patches.count == 1, "\(text.prefix(20))")
        }
        #expect(
            try PatchThread(text: alone).patches.first?.mail.subject
                == "[PATCH] kcov: refuse a descriptor nobody has opened")
    }

    @Test("CRLF line ends of the journey are removed, whatever the form", arguments: Fixture.names)
    func carriageReturns(name: String) throws {
        let plain = try Fixture.text(name).replacing("\r\n", with: "\n")
        let changed = plain.replacing("\n", with: "\r\n")
        guard let thread = try? PatchThread(text: plain) else {
            #expect(throws: PatchMailError.self) { try PatchThread(text: changed) }
            return
        }
        let other = try PatchThread(text: changed)
        #expect(other.patches.map(\.diff) == thread.patches.map(\.diff))
        #expect(other.leftOut.map(\.reason) == thread.leftOut.map(\.reason))
    }

    @Test("Carriage returns of the file itself stay")
    func ownCarriageReturns() throws {
        let diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\r\n+new\r\n"
        let hunk = try PatchThread(text: diff).patches.first?.changes.first?.hunks.first
        #expect(hunk?.lines.map { String(decoding: $0.content, as: UTF8.self) } == ["old\r", "new\r"])
    }

    @Test("Only a line with a date and a header after it begins a mail; >From never does")
    func separators() throws {
        let body =
            "From here on it is text.\n>From x Thu Jan  1 00:00:00 1970\nSubject: [PATCH 2/2] no mail\n\n"
            + "From x Thu Jan  1 00:00:00 1970\nis text as well\n\n" + smallDiff()
        let thread = try PatchThread(text: mail("[PATCH] title", id: "a", body: body))
        #expect(thread.patches.count == 1)
        #expect(thread.leftOut.isEmpty)
        // Old programs leave earlier separators before the header.
        let quoted = mail("[PATCH] title", id: "a", body: smallDiff()).replacing(
            "1970\nFrom: <", with: "1970\n>From x Thu Jan  1 00:00:00 1970\nFrom: <")
        #expect(try PatchThread(text: quoted).patches.first?.mail.messageID == "a")
    }

    @Test("A patch in a part is found, attached or inline, and quoted text and footers do no harm")
    func parts() throws {
        let attached = try Fixture.thread("attached.mbox")
        #expect(attached.patches.first?.changes.map(\.path) == ["Documentation/kcov.rst"])
        #expect(attached.misfits == [])
        let inline = try Fixture.thread("inline-part.mbox")
        #expect(inline.patches.first?.changes.map(\.path) == ["kernel/kcov.c"])
        #expect(inline.misfits == [])
        let error = #expect(throws: PatchMailError.self) { try Fixture.thread("two-diffs.mbox") }
        #expect(error?.kind == .severalDiffs)
    }

    @Test("Bodies are decoded, and each line has the number of the row in which it begins")
    func transferEncodings() throws {
        func decode(_ encoding: String, _ text: String) throws -> [String] {
            let rows = try InputLine.lines(of: Array(text.utf8))
            return TransferEncoding(encoding).decode(rows[...]).map { "\($0.number) \($0.text)" }
        }
        #expect(try decode("quoted-printable", "a=\nb =C3=A4 \r\n=3D=zz\n") == ["1 ab ä", "3 ==zz"])
        #expect(
            try decode("base64", "YQpiYgoKY2NjY2Nj\r\nY2NjCmRk!ZAo=\n*ZQ==\n") == [
                "1 a", "1 bb", "1 ", "1 ccccccccc", "2 ddd", "3 e",
            ])
        #expect(try decode("8bit", "a=20\nb\n") == ["1 a=20", "2 b"])
    }

    @Test("Mails without a subject are not versions of each other")
    func noSubject() throws {
        let text =
            mail("", id: "a", body: smallDiff(adding: "a")) + mail("", id: "b", body: smallDiff(adding: "b"))
        #expect(try PatchThread(text: text).patches.map(\.mail.messageID) == ["a", "b"])
    }

    @Test(
        "Encoded words are decoded",
        arguments: [
            ("=?utf-8?q?a=C3=A4_b?=", "aä b"), ("=?UTF-8?B?w6Q=?= x", "ä x"),
            ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"), ("x =?utf-8?q?a?= y", "x a y"),
            ("=?iso-8859-1?q?=E4?=", "ä"), ("=?utf-8*en?q?a?=", "a"), ("=?broken", "=?broken"),
            ("=?utf-8?x?a?=", "=?utf-8?x?a?="), ("a =?b?= c", "a =?b?= c"), ("", ""),
        ])
    func encodedWords(text: String, expected: String) {
        #expect(EncodedWord.decode(text) == expected)
    }

    @Test(
        "Subjects are read",
        arguments: [
            ("[PATCH] t", "v1 1/1 t"), ("[PATCH v2 1/3] t", "v2 1/3 t"), ("[PATCHv3,2/3] t", "v3 2/3 t"),
            ("[RFC PATCH net-next v4 02/10] a: b", "v4 2/10 a: b"), ("[net] [PATCH V2 1/2] t", "v2 1/2 t"),
            ("[PATCH v2.1 1/3] t", "v2.1 1/3 t"), ("[PATCH 4/3] t", "v1 1/1 t"),
            ("[PATCH 1/0] t", "v1 1/1 t"),
            ("[PATCH v99999 1/2] t", "v1 1/2 t"), ("kcov: [x] t", "v1 1/1 kcov: [x] t"),
            ("[PATCH", "v1 1/1 [PATCH"),
        ])
    func subjects(text: String, expected: String) {
        let line = SubjectLine(text)
        let part = line.part ?? (1, 1)
        #expect("\(line.revision ?? Revision(1)) \(part.index)/\(part.total) \(line.title)" == expected)
        #expect(!line.isReply)
        #expect(SubjectLine("Re: AW: " + text).isReply)
        #expect(SubjectLine("Re: AW: " + text).title == line.title)
    }

    @Test(
        "Dates are read",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 +0000", 0.0), ("1 Jan 1970 00:00 GMT", 0),
            ("Sat, 29 Feb 2020 12:00:00 +0100", 1_582_974_000), ("31 Dec 1999 23:59:59 -0530", 946_704_599),
        ])
    func dates(text: String, expected: Double) {
        #expect(MailDate.parse(text) == Date(timeIntervalSince1970: expected))
    }

    @Test(
        "What is no date is none",
        arguments: [
            "", "yesterday", "1 Foo 2026 10:00", "1 Jan 2026 25:00", "99 Jan 2026 1:0", "1 Jan 2026 -",
        ])
    func noDates(text: String) {
        #expect(MailDate.parse(text) == nil)
    }
}
