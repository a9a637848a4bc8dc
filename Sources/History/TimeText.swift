// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Times as text, in UTC, to the second.
package enum TimeText {
    /// `2026-11-24T02:00:00Z`.
    package static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(timeZone: .gmt))
    }

    /// `20261124T020000Z`: sorts by time, and can be a file name.
    package static func compact(_ date: Date) -> String {
        date.formatted(
            Date.ISO8601FormatStyle(
                dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
                includingFractionalSeconds: false, timeZone: .gmt))
    }

    /// Reads what `text(_:)` wrote; nil for anything else.
    package static func date(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(timeZone: .gmt))
    }
}
