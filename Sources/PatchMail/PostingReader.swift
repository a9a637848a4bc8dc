// SPDX-License-Identifier: Apache-2.0

/// Puts mails together that were sent as one series.
struct PostingReader {
    let threads: MailThreads
    private(set) var postings: [Posting] = []
    /// Mails that are no part of a series.
    private(set) var others: [Int: LeftOutMail.Reason] = [:]

    init(_ threads: MailThreads) {
        self.threads = threads
        for (index, mail) in threads.mails.enumerated() {
            let isCover = mail.subject.part?.index == 0
            if mail.subject.isReply || Self.isDiscussion(mail) {
                if case .changes = mail.diff {
                    others[index] = .replyWithDiff
                } else {
                    others[index] = .reply
                }
            } else if case .none = mail.diff, !isCover {
                others[index] = .noDiff
            } else {
                add(index)
            }
        }
    }

    /// Whether a mail answers another, shows part of a diff and is not sent as a patch.
    private static func isDiscussion(_ mail: Mail) -> Bool {
        guard case .broken = mail.diff else { return false }
        return !mail.subject.isPatch && !mail.parents.isEmpty
    }

    private mutating func add(_ mailIndex: Int) {
        let mail = threads.mails[mailIndex]
        let (revision, index, total) = number(of: mailIndex)
        var best: (posting: Int, affinity: Int)?
        for (number, posting) in postings.enumerated()
        where posting.revision == revision && posting.total == total {
            let sender = posting.mails.values.first.map { threads.mails[$0].sender } ?? ""
            let affinity = posting.affinity(of: mail, index: index, sender: sender)
            if affinity > 0, affinity >= best?.affinity ?? 0 { best = (number, affinity) }
        }
        if best == nil { postings.append(Posting(revision: revision, total: total)) }
        postings[best?.posting ?? postings.count - 1].add(mail, at: mailIndex, as: index)
    }

    /// The version and the place of a patch, completed from what it answers as b4 does.
    private func number(of mailIndex: Int) -> (revision: Revision, index: Int, total: Int) {
        let mail = threads.mails[mailIndex]
        if let (index, total) = mail.subject.part {
            // Only the cover letter or the first patch says v2.
            let head = threads.ancestors(of: mailIndex).first.map { threads.mails[$0] }
            let isOfHead = head?.subject.part.map { $0.index <= 1 && $0.total == total } ?? false
            let inherited = isOfHead && head?.sender == mail.sender ? head?.subject.revision : nil
            return (mail.subject.revision ?? inherited ?? Revision(1), index, total)
        }
        // [PATCH v2] title, in answer to [PATCH 2/3] title, replaces that part.
        let title = mail.subject.title.lowercased()
        for ancestor in threads.ancestors(of: mailIndex) where mail.subject.isPatch {
            let replaced = threads.mails[ancestor].subject
            guard let part = replaced.part, part.index > 0, !replaced.isReply,
                replaced.title.lowercased() == title
            else { continue }
            return (mail.subject.revision ?? replaced.revision ?? Revision(1), part.index, part.total)
        }
        return (mail.subject.revision ?? Revision(1), 1, 1)
    }
}
