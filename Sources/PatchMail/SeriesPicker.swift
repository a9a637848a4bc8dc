// SPDX-License-Identifier: Apache-2.0

/// Picks the newest version of every series, the way b4 does.
struct SeriesPicker {
    /// A series as it will be applied.
    private struct Pick {
        /// By their number.
        var parts: [Int: Int]
        let newest: Int
        /// The postings a part or the description comes from, the newest first.
        var sources: [Int]
    }

    private let threads: MailThreads
    private let postings: [Posting]
    private let families: SeriesFamilies
    private(set) var patches: [MailPatch] = []
    private(set) var leftOut: [Int: LeftOutMail.Reason]

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
            let pick = try resolve(versions[...])
            for posting in versions {
                for mail in postings[posting].members {
                    leftOut[mail] = .superseded(by: postings[pick.newest].revision)
                }
            }
            for posting in pick.sources { postings[posting].mails[0].map { leftOut[$0] = .coverLetter } }
            // All series of a thread together, in the order in which the threads begin in the file.
            let thread = families.threadSets.root(of: families.first(pick.newest))
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
    private func resolve(_ versions: ArraySlice<Int>) throws(PatchMailError) -> Pick {
        guard let newest = versions.first else { return Pick(parts: [:], newest: 0, sources: []) }
        let posting = postings[newest]
        var parts = posting.mails
        parts[0] = nil
        if posting.missing.isEmpty { return Pick(parts: parts, newest: newest, sources: [newest]) }
        let older = versions.dropFirst()
        let replaced = Set(older.flatMap { postings[$0].mails.values })
        let isReroll =
            !parts.isEmpty
            && parts.allSatisfy { index, mail in
                threads.ancestors(of: mail).contains { ancestor in
                    replaced.contains(ancestor)
                        && older.contains {
                            postings[$0].total == posting.total && postings[$0].mails[index] == ancestor
                        }
                }
            }
        guard isReroll else { throw missing(newest) }
        let base = try resolve(older)
        return Pick(
            parts: base.parts.merging(parts) { _, new in new }, newest: newest,
            sources: [newest] + base.sources)
    }

    private func missing(_ number: Int) -> PatchMailError {
        let posting = postings[number]
        let mail = threads.mails[families.first(number)]
        let parts = posting.missing.map { "[PATCH \(posting.revision) \($0)/\(posting.total)]" }
        return PatchMailError(
            .missingParts(parts, of: mail.subject.title), line: mail.reference.lines.lowerBound)
    }

    /// Adds the series of one thread: the oldest, then what was sent into its thread under other titles.
    private mutating func add(_ series: [Pick]) throws(PatchMailError) {
        let beginnings = families.versions.reduce(into: [Int: Int]()) { result, versions in
            for posting in versions {
                result[posting] = versions.map(families.first).min(by: threads.isBefore)
            }
        }
        func beginning(_ pick: Pick) -> Int { beginnings[pick.newest] ?? 0 }
        guard let main = series.min(by: { threads.isBefore(beginning($0), beginning($1)) }) else { return }
        try add(main, isFollowUp: false)
        var replacements = [main]
        let others = series.filter { $0.newest != main.newest }
        for pick in others.sorted(by: { isBefore($0, $1) }) {
            if let revision = replacement(of: pick, among: replacements) {
                for mail in pick.parts.values { leftOut[mail] = .fixOfSuperseded(by: revision) }
                continue
            }
            if let line = repeated(pick) {
                for mail in pick.parts.values { leftOut[mail] = .repeats(line: line) }
                continue
            }
            try add(pick, isFollowUp: true)
            replacements.append(pick)
        }
    }

    private func isBefore(_ left: Pick, _ right: Pick) -> Bool {
        threads.isBefore(families.first(left.newest), families.first(right.newest))
    }

    /// The version that has come after a fix and replaces what it fixes; nil when the fix is still wanted.
    private func replacement(of fix: Pick, among picks: [Pick]) -> Revision? {
        for ancestor in threads.ancestors(of: families.first(fix.newest)) {
            guard let reason = leftOut[ancestor] else {
                if picks.contains(where: { $0.parts.values.contains(ancestor) }) { return nil }
                continue
            }
            switch reason {
            case .coverLetter: return nil
            case .fixOfSuperseded(let revision): return revision
            case .superseded(let revision):
                let successor = picks.first { pick in
                    postings[pick.newest].revision == revision && !isBefore(pick, fix)
                }
                return successor.map { postings[$0.newest].revision }
            default: continue
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
