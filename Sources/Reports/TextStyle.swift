// SPDX-License-Identifier: Apache-2.0

package import Lab

/// Colour for terminals, or none.
package struct TextStyle: Sendable, Hashable {
    package let usesColor: Bool

    package static let plain = Self(usesColor: false)

    package init(usesColor: Bool) {
        self.usesColor = usesColor
    }

    package enum Color: String, Sendable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    package func paint(_ text: String, _ color: Color) -> String {
        usesColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// The word that stands for an outcome in front of a scenario's line.
    package static func word(for outcome: Outcome) -> String {
        switch outcome {
        case .passed: "ok"
        case .failed: "FAILED"
        case .flaky: "FLAKY"
        case .knownIssue: "known"
        case .kernelFailed: "KERNEL"
        case .hostFailed: "HOST"
        case .notApplicable: "n/a"
        case .skipped: "skip"
        }
    }

    package static func color(for outcome: Outcome) -> Color {
        switch outcome {
        case .passed: .green
        case .failed, .kernelFailed, .hostFailed: .red
        case .flaky, .knownIssue, .skipped: .yellow
        case .notApplicable: .dim
        }
    }
}
