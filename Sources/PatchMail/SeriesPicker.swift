// SPDX-License-Identifier: Apache-2.0

/// Picks the newest version of every series, the way b4 does.
struct SeriesPicker {
    /// A series as it will be applied.
    private struct Pick {
        /// Mails by their number.
        let parts: [Int: Int]
        let newest: Int
        /// The postings a part or the description comes from, the newest first.
        let sources: [Int]
        /// Only an error when the series is wanted.
        let missing: PatchMailError?
        /// The oldest mail of all versions.
        var beginning = 0
    }

    private let threads: MailThreads
    private let postings: [Posting]
    private let families: SeriesFamilies
    private(set) var patches: [MailPatch] = []
    private(set) var leftOut: [Int: LeftOutMail.Reason]
    /// The newest posting of the series that a mail belongs to.
    private var successors: [Int: Int] = [:]

    /// - Throws: `PatchMailError` for a series with missing parts, or a picked patch that is damaged or refused.
    init(_ threads: MailThreads) throws(PatchMailError) {
        let reader = PostingReader(threads)
        self.threads = threads
        postings = reader.postings
        leftOut = reader.others
        families = SeriesFamilies(reader)
        var picks: [[Pick]] = []
        var threadNumbers: [Int: Int] = [:]
        for versions in families.versions {
            guard let newest = versions.first else { continue }
            var pick = resolve(newest, older: versions.dropFirst())
            pick.beginning = versions.map(families.first).min(by: threads.isBefore) ?? 0
            for mail in versions.flatMap({ postings[$0].members }) {
                successors[mail] = newest
                leftOut[mail] = .superseded(by: postings[newest].revision)
            }
            for cover in pick.sources.compactMap({ postings[$0].mails[0] }) { leftOut[cover] = .coverLetter }
            // All series of a thread together, in the order in which the threads begin in the file.
            let thread = families.threadSets.root(of: families.first(newest))
            if let number = threadNumbers[thread] {
                picks[number].append(pick)
            } else {
                threadNumbers[thread] = picks.count
                picks.append([pick])
            }
        }
        for series in picks { try add(series) }
    }

    /// Completes the newest version from older ones when only some parts were sent again.
    private func resolve(_ newest: Int, older: ArraySlice<Int>) -> Pick {
        let posting = postings[newest]
        let parts = posting.mails.filter { $0.key > 0 }
        if posting.missing.isEmpty {
            return Pick(parts: parts, newest: newest, sources: [newest], missing: nil)
        }
        // Each part must answer, directly or not, the one that it replaces.
        let replaceable = older.filter { postings[$0].total == posting.total }
        let isReroll = parts.allSatisfy { index, mail in
            let ancestors = threads.ancestors(of: mail)
            return replaceable.contains { postings[$0].mails[index].map(ancestors.contains) ?? false }
        }
        guard isReroll, !parts.isEmpty, let next = older.first else {
            return Pick(parts: parts, newest: newest, sources: [newest], missing: incomplete(newest))
        }
        let base = resolve(next, older: older.dropFirst())
        return Pick(
            parts: base.parts.merging(parts) { _, new in new }, newest: newest,
            sources: [newest] + base.sources, missing: base.missing)
    }

    private func incomplete(_ number: Int) -> PatchMailError {
        let posting = postings[number]
        let mail = threads.mails[families.first(number)]
        let parts = posting.missing.map { "[PATCH \(posting.revision) \($0)/\(posting.total)]" }
        return PatchMailError(
            .missingParts(parts, of: mail.subject.title), line: mail.reference.lines.lowerBound)
    }

    /// Adds the series of one thread: the oldest, then what was sent into its thread under other titles.
    private mutating func add(_ series: [Pick]) throws(PatchMailError) {
        guard let main = series.min(by: { threads.isBefore($0.beginning, $1.beginning) }) else { return }
        try add(main, isFollowUp: false)
        let others = series.filter { $0.newest != main.newest }
        for pick in others.sorted(by: {
            threads.isBefore(families.first($0.newest), families.first($1.newest))
        }) {
            if let revision = replacement(of: pick) {
                for mail in pick.parts.values { leftOut[mail] = .fixOfSuperseded(by: revision) }
            } else if let line = repeated(pick) {
                for mail in pick.parts.values { leftOut[mail] = .repeats(line: line) }
            } else {
                try add(pick, isFollowUp: true)
            }
        }
    }

    /// The version that was sent after a fix and replaces what it fixes; nil when the fix is still wanted.
    private func replacement(of fix: Pick) -> Revision? {
        let sent = families.first(fix.newest)
        for ancestor in threads.ancestors(of: sent) {
            guard let successor = successors[ancestor], successor != fix.newest else { continue }
            switch leftOut[ancestor] {
            case .fixOfSuperseded(let revision): return revision
            case .superseded(let revision):
                return threads.isBefore(sent, families.first(successor)) ? revision : nil
            default: return nil
            }
        }
        return nil
    }

    /// The line of the picked patch that a single mail repeats, as notices of maintainers do.
    private func repeated(_ pick: Pick) -> Int? {
        guard pick.parts.count == 1, let mail = pick.parts.values.first.map({ threads.mails[$0] }),
            case .changes(let changes) = mail.diff
        else { return nil }
        return patches.first { patch in
            patch.changes.elementsEqual(changes) { $0.isSame(as: $1) }
                || (!mail.subject.isPatch
                    && SubjectLine(patch.mail.subject ?? "").title.lowercased()
                        == mail.subject.title.lowercased())
        }?.mail.lines.lowerBound
    }

    private mutating func add(_ pick: Pick, isFollowUp: Bool) throws(PatchMailError) {
        if let missing = pick.missing { throw missing }
        let posting = postings[pick.newest]
        let described = pick.sources.flatMap { postings[$0].members }
        let base = described.compactMap { threads.mails[$0].baseCommit }.first
        for (index, mailIndex) in pick.parts.sorted(by: { $0.key < $1.key }) {
            let mail = threads.mails[mailIndex]
            leftOut[mailIndex] = nil
            switch mail.diff {
            case .none: continue
            case .broken(let error): throw error.inMail(mail.reference.subject)
            case .changes(let changes):
                patches.append(
                    MailPatch(
                        mail: mail.reference, revision: posting.revision, index: index, total: posting.total,
                        isFollowUp: isFollowUp, baseCommit: base, changes: changes))
            }
        }
    }
}
