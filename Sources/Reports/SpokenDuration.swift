// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Durations as people read them.
package enum SpokenDuration {
    /// `0.4 s`, `12 s`, `3 min 05 s`.
    package static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "? s" }
        if seconds < 9.95 { return String(format: "%.1f s", seconds) }
        let whole = Int(min(seconds, 1e9).rounded())
        if whole < 60 { return "\(whole) s" }
        return String(format: "%d min %02d s", whole / 60, whole % 60)
    }
}
