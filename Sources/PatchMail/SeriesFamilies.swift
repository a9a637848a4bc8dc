// SPDX-License-Identifier: Apache-2.0

/// Finds the postings that are versions of the same series.
struct SeriesFamilies {
    private let threads: MailThreads
    private let postings: [Posting]
    /// The thread of each mail; versions in threads of their own have been joined.
    private(set) var threadSets: DisjointSets
    private var families = DisjointSets()
    /// The versions of each series, the newest first; series in the order of the file.
    private(set) var versions: [[Int]] = []

    init(_ reader: PostingReader) {
        threads = reader.threads
        postings = reader.postings
        threadSets = threads.threads
        for _ in postings { _ = families.add() }
        joinByTitle()
        joinByAnswer()
        for posting in postings.indices {
            threadSets.join(first(posting), first(families.root(of: posting)))
        }
        var numbers: [Int: Int] = [:]
        for posting in postings.indices {
            let number = numbers[families.root(of: posting), default: versions.count]
            numbers[families.root(of: posting)] = number
            if number == versions.count { versions.append([]) }
            versions[number].append(posting)
        }
        for number in versions.indices { versions[number].sort(by: isNewer) }
    }

    /// The cover letter, or the first part there is.
    func first(_ posting: Int) -> Int { postings[posting].members.first ?? 0 }

    private func isNewer(_ left: Int, _ right: Int) -> Bool {
        let (new, old) = (postings[left].revision, postings[right].revision)
        return new != old ? new > old : threads.isBefore(first(right), first(left))
    }

    private func sender(_ posting: Int) -> String { threads.mails[first(posting)].sender }

    /// A title in common, or the change-id that b4 keeps, makes two postings versions of one series.
    private mutating func joinByTitle() {
        var byName: [String: [Int]] = [:]
        for (number, posting) in postings.enumerated() {
            let mails = posting.members.map { threads.mails[$0] }
            // A notice that a patch was applied has its title, its diff, and no PATCH.
            guard mails.contains(where: { $0.subject.isPatch || $0.parents.isEmpty }) else { continue }
            let titles = mails.map(\.subject.title).filter { !$0.isEmpty }.map { "title " + $0.lowercased() }
            for name in Set(titles + mails.compactMap { $0.changeID.map { "change-id " + $0 } }) {
                byName[name, default: []].append(number)
            }
        }
        for (name, group) in byName.sorted(by: { $0.key < $1.key }) {
            for (position, left) in group.enumerated() {
                for right in group[..<position]
                where name.hasPrefix("change-id ") || areVersions(left, right) {
                    families.join(left, right)
                }
            }
        }
    }

    private func areVersions(_ left: Int, _ right: Int) -> Bool {
        let isSameSender = sender(left) == sender(right)
        if postings[left].revision == postings[right].revision {
            // Sent again.
            return isSameSender && postings[left].total == postings[right].total
        }
        return isSameSender || threadSets.root(of: first(left)) == threadSets.root(of: first(right))
    }

    /// A version that answers an older one of the same sender belongs to it even when every title has changed.
    private mutating func joinByAnswer() {
        var postingOfMail: [Int: Int] = [:]
        for (number, posting) in postings.enumerated() {
            for mail in posting.members { postingOfMail[mail] = number }
        }
        for newer in postings.indices.sorted(by: { postings[$0].revision < postings[$1].revision }) {
            let answered = threads.ancestors(of: first(newer)).lazy.compactMap { postingOfMail[$0] }
            guard let older = answered.first(where: { $0 != newer }),
                sender(older) == sender(newer),
                (postings[older].total == 1) == (postings[newer].total == 1)
            else { continue }
            func revisions(_ posting: Int) -> Set<Revision> {
                let root = families.root(of: posting)
                return Set(
                    postings.indices.filter { families.root(of: $0) == root }.map { postings[$0].revision })
            }
            let (old, new) = (revisions(older), revisions(newer))
            if let last = old.max(), let next = new.min(), last < next { families.join(older, newer) }
        }
    }
}
