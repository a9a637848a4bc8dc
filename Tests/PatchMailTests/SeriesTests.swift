// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import PatchMail
import Testing

@Suite("Versions of a series")
struct SeriesTests {
    private static let titles = [
        "kcov: refuse a descriptor nobody has opened", "kcov: stop in the opposite order",
        "Documentation: kcov: describe two descriptors",
    ]

    @Test("Files of git format-patch, which know no thread, are one series with its base")
    func formatPatch() throws {
        let thread = try Fixture.thread("series.mbox")
        #expect(thread.picked == Self.titles.enumerated().map { "v1 \($0.offset + 1)/3 \($0.element)" })
        #expect(thread.leftOut.map(\.reason) == [.coverLetter])
        #expect(
            thread.patches.map(\.baseCommit)
                == .init(repeating: "4bcd9ed5ff156ee075c3c1eb5c5cd823d5671987", count: 3))
        #expect(thread.misfits == [])
    }

    @Test("Two series one after the other stay two, and the cover of the second is not that of the first")
    func twoSeries() throws {
        let first = try Fixture.text("series.mbox").split(separator: "From 4bcd").dropFirst().map {
            "From 4bcd" + $0
        }
        let other = (0...3).map {
            "From x Mon Sep 17 00:00:00 2001\nFrom: ada@example.org\nSubject: [PATCH \($0)/3] other \($0)\n\n"
                + ($0 == 0 ? "base-commit: 1234567890ab\n" : smallDiff(adding: "\($0)"))
        }
        let thread = try PatchThread(text: (first + other).joined())
        #expect(
            thread.picked.map { $0.prefix(10) } == [
                "v1 1/3 kco", "v1 2/3 kco", "v1 3/3 Doc", "v1 1/3 oth", "v1 2/3 oth", "v1 3/3 oth",
            ])
        #expect(thread.patches.map { $0.baseCommit == nil } == [true, true, true, false, false, false])
    }

    @Test("Parts that were sent again replace those that they answer")
    func partialReroll() throws {
        let thread = try Fixture.thread("partial-reroll.mbox")
        #expect(thread.picked == Self.titles.enumerated().map { "v2 \($0.offset + 1)/3 \($0.element)" })
        #expect(
            thread.patches.map(\.mail.messageID) == [
                "v1-1@example.org", "r2@example.org", "v1-3@example.org",
            ])
        #expect(thread.leftOut.map(\.reason) == [.coverLetter, .superseded(by: Revision(2)), .reply])
        #expect(thread.misfits == [])
    }

    @Test("A part sent again without its number, in answer to the part with its title, replaces it")
    func unnumberedReroll() throws {
        let thread = try Fixture.thread("unnumbered-reroll.mbox")
        #expect(
            thread.patches.map(\.mail.messageID) == [
                "v1-1@example.org", "r2u@example.org", "v1-3@example.org",
            ])
    }

    @Test("Rerolls of rerolls are completed from every version below")
    func chainOfRerolls() throws {
        let part = { (version: String, part: Int, answers: [String]) in
            mail(
                "[PATCH \(version) \(part)/3] part \(part)", id: "\(version).\(part)", answers: answers,
                body: smallDiff(adding: "\(version).\(part)"))
        }
        let first = part("v1", 1, []) + part("v1", 2, ["v1.1"]) + part("v1", 3, ["v1.1"])
        let thread = try PatchThread(
            text: first + part("v2", 1, ["v1.1"]) + part("v2.1", 3, ["v1.1", "v1.3"]))
        #expect(thread.patches.map(\.mail.messageID) == ["v2.1", "v1.2", "v2.1.3"])
        #expect(thread.patches.first?.revision == Revision(2, 1))
    }

    @Test("A part that is missing from the newest version is named")
    func missingPart() throws {
        let error = #expect(throws: PatchMailError.self) { try Fixture.thread("missing-part.mbox") }
        #expect(error?.kind == .missingParts(["[PATCH v2 2/3]"], of: "kcov: two descriptors…"))
        #expect(
            error?.description
                == "the newest version of 'kcov: two descriptors…' is not complete: [PATCH v2 2/3] is missing"
        )
        #expect(error?.line == 102)
        #expect(error?.diagnostic(file: "a.mbox").location.line == 102)
    }

    @Test("A reroll that does not answer the part it has the number of is an incomplete series")
    func unrelatedReroll() throws {
        let text = try Fixture.text("partial-reroll.mbox").replacing(
            "In-Reply-To: <review@example.org>\nReferences: <v1-0@example.org>\n <v1-2@example.org>\n <review@example.org>",
            with: "In-Reply-To: <v1-3@example.org>")
        let error = #expect(throws: PatchMailError.self) { try PatchThread(text: text) }
        #expect(
            error?.kind
                == .missingParts(
                    ["[PATCH v2 1/3]", "[PATCH v2 3/3]"], of: "kcov: stop in the opposite order"))
    }

    @Test("Versions of a patch are found by title across threads, and by what they answer under a new title")
    func singleVersions() throws {
        let thread = try Fixture.thread("single-versions.mbox")
        #expect(thread.picked == ["v3 1/1 kcov: clear the mode at open"])
        #expect(thread.leftOut.map(\.reason) == [.superseded(by: Revision(3)), .superseded(by: Revision(3))])
    }

    @Test("A version in a thread of its own is the newest; of one sent twice, the last is")
    func ownThread() throws {
        let text =
            mail("[PATCH v2] title", id: "b", day: 2, body: smallDiff(adding: "b"))
            + mail("[PATCH] title", id: "a", day: 1, body: smallDiff(adding: "a"))
            + mail("[PATCH RESEND v2] title", id: "c", day: 3, body: smallDiff(adding: "c"))
        let thread = try PatchThread(text: text)
        #expect(thread.patches.map(\.mail.messageID) == ["c"])
        #expect(thread.leftOut.map(\.reason) == [.superseded(by: Revision(2)), .superseded(by: Revision(2))])
    }

    @Test("A patch sent twice without a version is taken once, a part of a series with its title is another")
    func sentTwice() throws {
        let once = mail("[PATCH] title", id: "a", day: 2, body: smallDiff(adding: "a"))
        let twice = mail("[PATCH] title", id: "b", day: 1, body: smallDiff(adding: "b"))
        #expect(try PatchThread(text: once + twice).patches.map(\.mail.messageID) == ["a"])
        let parts = (1...2).map {
            mail(
                "[PATCH \($0)/2] title", id: "p\($0)", answers: $0 == 1 ? [] : ["p1"],
                body: smallDiff(adding: "\($0)"))
        }
        let thread = try PatchThread(text: once + parts.joined())
        #expect(thread.patches.map(\.mail.messageID) == ["a", "p1", "p2"])
    }

    @Test("The same change under another title in the thread is not applied twice")
    func sameChange() throws {
        let text =
            mail("[PATCH] title", id: "a", body: smallDiff())
            + mail("Patch \"title\" has been added", id: "b", answers: ["a"], body: smallDiff())
            + mail("[PATCH] other", id: "c", answers: ["a"], body: smallDiff(adding: "y"))
        let thread = try PatchThread(text: text)
        #expect(thread.patches.map(\.mail.messageID) == ["a", "c"])
        #expect(thread.leftOut.map(\.reason) == [.repeats(line: 2)])
    }

    @Test("The same title of another sender in another thread is another patch")
    func otherSender() throws {
        let text =
            mail("[PATCH] fix typo", id: "a", body: smallDiff(adding: "a"))
            + mail("[PATCH v2] fix typo", id: "b", from: "bob@example.org", body: smallDiff(adding: "b"))
        #expect(try PatchThread(text: text).patches.map(\.mail.messageID) == ["a", "b"])
    }

    @Test("A second version of a follow-up never replaces the series that it follows")
    func followUpVersion() throws {
        let text =
            mail("[PATCH 1/2] one", id: "1", body: smallDiff(adding: "1"))
            + mail("[PATCH 2/2] two", id: "2", answers: ["1"], body: smallDiff(adding: "2"))
            + mail("[PATCH v2] fix", id: "f", answers: ["1"], day: 3, body: smallDiff(adding: "f"))
        #expect(
            try PatchThread(text: text).picked == ["v1 1/2 one", "v1 2/2 two", "+ v2 1/1 fix"])
    }

    @Test("Parts without a version have that of the cover letter they answer")
    func inheritedVersion() throws {
        let part = { (subject: String, id: String, answers: [String]) in
            mail(subject, id: id, answers: answers, body: id == "c" ? "cover" : smallDiff(adding: id))
        }
        let text =
            part("[PATCH 1/2] one", "a1", []) + part("[PATCH 2/2] two", "a2", ["a1"])
            + part("[PATCH v2 0/2] cover", "c", ["a1"]) + part("[PATCH 1/2] one", "b1", ["a1", "c"])
            + part("[PATCH 2/2] two", "b2", ["a1", "c"])
        #expect(try PatchThread(text: text).patches.map(\.mail.messageID) == ["b1", "b2"])
        // Of the references, the last is the nearest.
        let references = text.replacing("In-Reply-To:", with: "X-Ignored:")
        #expect(try PatchThread(text: references).patches.map(\.mail.messageID) == ["b1", "b2"])
    }

    @Test("b4's change-id joins versions that share nothing else")
    func changeID() throws {
        let text =
            mail("[PATCH] old", id: "a", body: "change-id: 1-x\n\n" + smallDiff(adding: "a"))
            + mail("[PATCH v2] new", id: "b", body: "change-id: 1-x\n\n" + smallDiff(adding: "b"))
        #expect(try PatchThread(text: text).patches.map(\.mail.messageID) == ["b"])
    }

    @Test("A damaged patch that a newer version replaces does no harm")
    func supersededDamage() throws {
        let text =
            mail("[PATCH] title", id: "a", body: smallDiff().replacing(" struct", with: "struct"))
            + mail("[PATCH v2] title", id: "b", body: smallDiff(adding: "b"))
        #expect(try PatchThread(text: text).patches.map(\.mail.messageID) == ["b"])
    }
}
