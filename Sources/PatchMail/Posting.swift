// SPDX-License-Identifier: Apache-2.0

/// One version of a series, or of a single patch, as it was sent.
///
/// Mails are indices into those of `MailThreads`.
struct Posting: Sendable {
    let revision: Revision
    let total: Int
    /// By their number; 0 is the cover letter.
    private(set) var mails: [Int: Int] = [:]
    private(set) var ids: Set<String> = []
    /// What its mails answer directly.
    private var directParents: Set<String> = []
    private var parents: Set<String> = []

    init(revision: Revision, total: Int) {
        self.revision = revision
        self.total = total
    }

    /// In the order of the series.
    var members: [Int] { mails.sorted { $0.key < $1.key }.map(\.value) }

    var missing: [Int] { (1...total).filter { mails[$0] == nil } }

    mutating func add(_ mail: Mail, at mailIndex: Int, as index: Int) {
        mails[index] = mailIndex
        if let id = mail.reference.messageID { ids.insert(id) }
        if let parent = mail.parents.first { directParents.insert(parent) }
        parents.formUnion(mail.parents)
    }

    /// How surely a mail with this number belongs to the mails here, which the sender has sent; 0 when it does not.
    func affinity(of mail: Mail, index: Int, sender: String) -> Int {
        guard mails[index] == nil else { return 0 }
        let parent = mail.parents.first
        if let parent, ids.contains(parent) || directParents.contains(parent) { return 3 }
        if let id = mail.reference.messageID, directParents.contains(id) { return 3 }
        let isRelated = mail.parents.contains { ids.contains($0) || parents.contains($0) }
        let isAnswered = mail.reference.messageID.map(parents.contains) ?? false
        if isRelated || isAnswered { return mail.sender == sender ? 2 : 0 }
        // Files of git format-patch know no thread, but come in order.
        return mail.parents.isEmpty && parents.isEmpty && index > mails.keys.max() ?? -1 ? 1 : 0
    }
}
