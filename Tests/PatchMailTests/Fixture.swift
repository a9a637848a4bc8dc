// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import PatchMail

/// The texts of these tests, and a tree of two small files that their patches were made for.
enum Fixture {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "Fixtures")

    static let names = [
        "attached.mbox", "crlf.mbox", "flowed.mbox", "format-patch.mbox", "inline-part.mbox",
        "missing-part.mbox", "no-patch.mbox", "partial-reroll.mbox", "plain.diff", "series.mbox",
        "single-versions.mbox", "thread.mbox", "truncated.mbox", "two-diffs.mbox", "unnumbered-reroll.mbox",
        "wrapped.mbox",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: directory.appending(path: name)))
    }

    static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    static func lines(_ name: String) throws -> [String] {
        try bytes(name).split(separator: 10, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    static func thread(_ name: String) throws -> PatchThread { try PatchThread(reading: bytes(name)) }

    /// The bytes of a file of the tree.
    static func tree(_ path: String) -> [UInt8]? { try? bytes("tree/" + path) }
}

extension PatchThread {
    init(text: String) throws(PatchMailError) {
        try self.init(reading: Array(text.utf8))
    }

    /// `v2 1/3 title` for each patch, with a mark before follow-ups.
    var picked: [String] {
        patches.map { patch in
            let title = SubjectLine(patch.mail.subject ?? "").title
            return "\(patch.isFollowUp ? "+ " : "")\(patch.revision) \(patch.index)/\(patch.total) \(title)"
        }
    }

    /// What does not apply when all patches are applied to the tree of the fixtures.
    var misfits: [Misfit] {
        var fit = PatchFit(content: Fixture.tree)
        return patches.flatMap { fit.apply($0) }
    }
}

/// A diff that adds one line, for tests that need any diff.
func smallDiff(_ path: String = "kernel/kcov.c", adding line: String = "x") -> String {
    """
    diff --git a/\(path) b/\(path)
    --- a/\(path)
    +++ b/\(path)
    @@ -1,2 +1,3 @@
     // A few lines in the shape of kernel/kcov.c, written for these tests.
    +\(line)
     struct kcov {

    """
}

/// One mail of an mbox.
func mail(
    _ subject: String, id: String, answers: [String] = [], from: String = "ada@example.org", day: Int = 1,
    body: String
) -> String {
    var text = "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: <\(from)>\nSubject: \(subject)\n"
    text += "Date: \(day) Mar 2026 10:00:00 +0000\nMessage-ID: <\(id)>\n"
    if let last = answers.last {
        text += "In-Reply-To: <\(last)>\nReferences: \(answers.map { "<\($0)>" }.joined(separator: " "))\n"
    }
    return text + "\n\(body)\n"
}
