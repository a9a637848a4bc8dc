// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Dates of mail, such as `Mon, 17 Sep 2001 08:30:00 +0200` (RFC 5322).
enum MailDate {
    /// The moment a Date field names; nil when it names none.
    static func parse(_ text: String) -> Date? {
        var words = text.split(whereSeparator: \.isWhitespace)[...]
        if words.first?.last == "," { words.removeFirst() }
        guard words.count >= 4, let day = number(words, 0, in: 1...31),
            let month = months.firstIndex(of: words[words.startIndex + 1].prefix(3).lowercased()),
            let year = number(words, 2, in: 1970...9999)
        else { return nil }
        let clock = words[words.startIndex + 3].split(separator: ":").map { Int($0) ?? -1 }
        guard (2...3).contains(clock.count), (0...23).contains(clock[0]), (0...59).contains(clock[1]),
            clock.count < 3 || (0...60).contains(clock[2])
        else { return nil }
        let seconds = clock[0] * 3600 + clock[1] * 60 + (clock.count == 3 ? clock[2] : 0)
        let zone = words.count > 4 ? offset(words[words.startIndex + 4]) : 0
        return Date(
            timeIntervalSince1970: Double(
                days(year: year, month: month + 1, day: day) * 86400 + seconds - zone))
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func number(
        _ words: ArraySlice<Substring>, _ index: Int, in range: ClosedRange<Int>
    ) -> Int? {
        Int(words[words.startIndex + index]).flatMap { range.contains($0) ? $0 : nil }
    }

    /// Seconds east of Greenwich of a zone such as `+0200`; 0 for names, which no program writes any more.
    private static func offset(_ zone: Substring) -> Int {
        guard zone.count == 5, let value = Int(zone), zone.first == "+" || zone.first == "-" else { return 0 }
        return value / 100 * 3600 + value % 100 * 60
    }

    /// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
