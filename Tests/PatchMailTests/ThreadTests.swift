// SPDX-License-Identifier: Apache-2.0

import Foundation
import PatchMail
import Testing

@Suite("Saved threads")
struct ThreadTests {
    private static let titles = [
        "kcov: refuse a descriptor nobody has opened", "kcov: stop in the opposite order",
        "Documentation: kcov: describe two descriptors",
    ]

    @Test("The newest version of the series is picked, then the newest follow-ups by date")
    func picked() throws {
        let thread = try Fixture.thread("thread.mbox")
        #expect(
            thread.picked == [
                "v2 1/3 \(Self.titles[0])", "v2 2/3 \(Self.titles[1])", "v2 3/3 \(Self.titles[2])",
                "+ v2 1/1 kcov: open with a clean mode", "+ v1 1/1 kcov: keep a mode that is set",
            ])
        #expect(thread.misfits == [])
    }

    @Test("Every mail that is left out is named with its reason")
    func leftOut() throws {
        let thread = try Fixture.thread("thread.mbox")
        let two = Revision(2)
        let expected: [LeftOutMail.Reason] = [
            .superseded(by: two), .superseded(by: two), .superseded(by: two), .reply, .replyWithDiff,
            .fixOfSuperseded(by: two), .superseded(by: two), .duplicate(line: 10), .coverLetter,
            .superseded(by: two), .repeats(line: 276),
        ]
        #expect(thread.leftOut.map(\.reason) == expected)
        #expect(thread.leftOut.last?.mail.subject == "[tip: core/kcov] \(Self.titles[0])")
        #expect(thread.leftOut.allSatisfy { !$0.description.isEmpty })
        #expect(thread.leftOut.count + thread.patches.count == 16)
    }

    @Test("A patch knows its mail: subject, author, date, id, base and lines")
    func reference() throws {
        let patches = try Fixture.thread("thread.mbox").patches
        let third = try #require(patches.dropFirst(2).first)
        #expect(third.mail.subject == "[PATCH v2 3/3] \(Self.titles[2])")
        #expect(third.mail.author == "Jörg Muster <joerg@example.org>")
        #expect(third.mail.messageID == "v2-3@example.org")
        #expect(third.mail.date == Date(timeIntervalSince1970: 1_772_532_003))
        #expect(third.baseCommit == "4bcd9ed5ff156ee075c3c1eb5c5cd823d5671987")
        let lines = try Fixture.lines("thread.mbox")
        #expect(lines[third.mail.lines.lowerBound - 2].hasPrefix("From mboxrd@z"))
        #expect(lines[third.mail.lines.upperBound].hasPrefix("From mboxrd@z"))
        // The scissors patch has another author than sender, a zone, and no base.
        let last = try #require(patches.last)
        #expect(last.mail.subject == "[PATCH] kcov: keep a mode that is set")
        #expect(last.mail.date == Date(timeIntervalSince1970: 1_772_694_000))
        #expect(last.baseCommit == nil)
    }

    @Test("Lines of decoded bodies point into the input file", arguments: [0, 1, 2])
    func lineNumbers(part: Int) throws {
        let lines = try Fixture.lines("thread.mbox")
        let patch = try Fixture.thread("thread.mbox").patches[part]
        let hunk = try #require(patch.changes.first?.hunks.first)
        #expect(patch.mail.lines.contains(hunk.line))
        #expect(hunk.lines.allSatisfy { patch.mail.lines.contains($0.number) })
        // In base64 the row where the line begins; else the line itself.
        if part < 2 { #expect(lines[hunk.line - 1].hasPrefix("@@ -")) }
        if part < 2, let line = hunk.lines.first(where: { $0.kind == .added }) {
            #expect(lines[line.number - 1].hasPrefix("+"))
        }
    }

    @Test("The diff holds the changes and nothing else of the mail")
    func diff() throws {
        let patches = try Fixture.thread("thread.mbox").patches
        let text = String(decoding: patches[0].diff, as: UTF8.self)
        #expect(text.hasPrefix("diff --git a/kernel/kcov.c b/kernel/kcov.c\n--- a/kernel/kcov.c\n"))
        #expect(text.hasSuffix(" \treturn ++kcov->refcount;\n }\n \n"))
        #expect(!text.contains("\r"))
        #expect(!text.contains("-- \n"))
        // It reads back to the same change.
        for patch in patches {
            let again = try PatchThread(reading: patch.diff)
            #expect(again.patches.map(\.diff) == [patch.diff])
        }
    }

    @Test("A fix is kept when the version that it answers is the newest, or came after it")
    func keptFix() throws {
        let series = { (version: Int, day: Int) in
            (1...2).map {
                mail(
                    "[PATCH v\(version) \($0)/2] part \($0)", id: "v\(version).\($0)",
                    answers: $0 == 1 ? [] : ["v\(version).1"], day: day,
                    body: smallDiff(adding: "\(version).\($0)"))
            }.joined()
        }
        let fix = { (day: Int) in
            mail("[PATCH] fix", id: "fix", answers: ["v1.1"], day: day, body: smallDiff(adding: "fix"))
        }
        let all = ["v2 1/2 part 1", "v2 2/2 part 2", "+ v1 1/1 fix"]
        #expect(try PatchThread(text: series(1, 1) + series(2, 3) + fix(4)).picked == all)
        let dropped = try PatchThread(text: series(1, 1) + fix(2) + series(2, 3))
        #expect(dropped.picked == Array(all.prefix(2)))
        #expect(dropped.leftOut.contains { $0.reason == .fixOfSuperseded(by: Revision(2)) })
    }

    @Test(
        "A fix of a dropped fix is dropped with it, and versions of a fix do not count as those of the series"
    )
    func fixesOfFixes() throws {
        func patch(_ subject: String, _ id: String, _ answers: [String], _ day: Int) -> String {
            mail(subject, id: id, answers: answers, day: day, body: smallDiff(adding: id))
        }
        let series = patch("[PATCH] series", "s1", [], 1) + patch("[PATCH v2] series", "s2", ["s1"], 5)
        let fix = patch("[PATCH] fix", "f", ["s1"], 2) + patch("[PATCH] fix of the fix", "g", ["s1", "f"], 6)
        #expect(try PatchThread(text: series + fix).picked == ["v2 1/1 series"])
        let late = patch("[PATCH] fix", "f", ["s2"], 6) + patch("[PATCH v2] fix", "f2", ["s2", "f"], 7)
        #expect(
            try PatchThread(text: series + late + patch("[PATCH] fix of the fix", "g", ["s2", "f"], 8)).picked
                == ["v2 1/1 series", "+ v2 1/1 fix", "+ v1 1/1 fix of the fix"])
        let early = patch("[PATCH] fix", "f", ["s1"], 2) + patch("[PATCH v2] fix", "f2", ["f"], 3)
        #expect(try PatchThread(text: series + early).picked == ["v2 1/1 series"])
        // Parts of a series that nobody wants may be missing.
        let partial = patch("[PATCH 1/2] half a fix", "h", ["s1"], 2)
        #expect(try PatchThread(text: series + partial).picked == ["v2 1/1 series"])
    }

    @Test("A reply is a patch only with a scissors line and a title of its own behind it")
    func scissors() throws {
        func reply(_ body: String) throws -> PatchThread {
            try PatchThread(
                text: mail("[PATCH] title", id: "a", body: smallDiff())
                    + mail("Re: [PATCH] title", id: "b", answers: ["a"], body: body + smallDiff(adding: "b")))
        }
        let title = "Subject: [PATCH] another\n\n"
        #expect(try reply("words\n\n-- >8 --\n" + title).picked == ["v1 1/1 title", "+ v1 1/1 another"])
        for body in [title, "-- >8 --\nwords\n", "- >8 in words\n" + title] {
            #expect(try reply(body).leftOut.map(\.reason) == [.replyWithDiff], "\(body)")
        }
    }

    @Test("A piece of a diff in a discussion is no patch and no error")
    func discussion() throws {
        let text =
            mail("[PATCH] title", id: "a", body: smallDiff())
            + mail("A question", id: "b", answers: ["a"], body: "Why this?\n\n@@ -1,9 +1,9 @@\n a\n")
        let thread = try PatchThread(text: text)
        #expect(thread.picked == ["v1 1/1 title"])
        #expect(thread.leftOut.map(\.reason) == [.reply])
        #expect(throws: PatchMailError.self) {
            try PatchThread(text: text.replacing("A question", with: "[PATCH] x"))
        }
    }

    @Test(
        "2000 mails that answer each other, and say so at length, are read in time", .timeLimit(.minutes(1)))
    func manyMails() throws {
        let ids = (0..<2000).map { "\($0)" }
        let text = ids.indices.map { index in
            mail(
                "[PATCH v\(index % 7) \(index % 5 + 1)/5] title \(index)", id: ids[index],
                answers: Array(ids[max(0, index - 50)..<index]), body: "diff --git a/x b/x\n")
        }
        #expect(throws: PatchMailError.self) { try PatchThread(text: text.joined()) }
    }

    @Test("A mail of the thread whose parent is not saved still belongs to it")
    func unsavedParent() throws {
        let text =
            mail("[PATCH] fix", id: "b", answers: ["gone"], day: 2, body: smallDiff(adding: "b"))
            + mail("[PATCH] first", id: "a", answers: ["gone"], day: 1, body: smallDiff(adding: "a"))
            + mail("[PATCH] other", id: "c", day: 1, body: smallDiff(adding: "c"))
        #expect(
            try PatchThread(text: text).picked == ["v1 1/1 first", "+ v1 1/1 fix", "v1 1/1 other"])
    }
}
