// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Which mail answers which.
struct MailThreads: Sendable {
    let mails: [Mail]
    private var byID: [String: Int] = [:]

    /// - Parameter mails: In the order of the file, each id once.
    init(_ mails: [Mail]) {
        self.mails = mails
        for (index, mail) in mails.enumerated() {
            if let id = mail.reference.messageID { byID[id] = index }
        }
    }

    /// The mails of the file that a mail answers, directly or not, the nearest first.
    func ancestors(of index: Int) -> [Int] {
        var result: [Int] = []
        var seen: Set = [index]
        var ids = mails[index].parents
        var position = 0
        while position < ids.count, position < InputLimits.ancestors {
            if let mail = byID[ids[position]], seen.insert(mail).inserted {
                result.append(mail)
                if ids.count < InputLimits.ancestors { ids += mails[mail].parents }
            }
            position += 1
        }
        return result
    }

    /// A set for each thread; the number of a mail is its index.
    ///
    /// Mails that answer one that is not in the file are in one thread as well.
    var threads: DisjointSets {
        var sets = DisjointSets()
        for _ in mails { _ = sets.add() }
        var known = byID
        for (index, mail) in mails.enumerated() {
            for id in mail.parents {
                let parent = known[id] ?? sets.add()
                known[id] = parent
                sets.join(index, parent)
            }
        }
        return sets
    }

    /// Whether a mail was sent before another; the order of the file decides when a date is missing.
    func isBefore(_ left: Int, _ right: Int) -> Bool {
        guard let first = mails[left].reference.date, let second = mails[right].reference.date,
            first != second
        else { return left < right }
        return first < second
    }
}
