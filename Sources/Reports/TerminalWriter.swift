// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc
package import Installation

/// Where the text of a command goes, and what that place can do.
package struct TerminalWriter: Sendable {
    private let output: FileHandle
    package let isTerminal: Bool
    package let style: TextStyle
    /// Whether lines that begin in a certain way are commands to who reads them.
    private let isObeyed: Bool

    /// Writes to a file or pipe without colour, or to a terminal with colour unless it is forbidden.
    ///
    /// The output has a descriptor; `FileHandle.nullDevice` has none.
    package init(output: FileHandle, settings: Settings) {
        precondition(output.fileDescriptor >= 0, "the output has no descriptor")
        self.output = output
        isTerminal = isatty(output.fileDescriptor) == 1
        isObeyed = if case .gitHub = settings.ciSystem { true } else { false }
        style = TextStyle(usesColor: isTerminal && !settings.forbidsColor)
    }

    /// Carries out what a display decided.
    package func perform(_ actions: [ProgressDisplay.Action]) {
        var text = ""
        for action in actions {
            if isTerminal { text += "\r\u{1b}[K" }
            switch action {
            case .line(let line): text += (isObeyed ? GitHubAnnotations.harmless(line) : line) + "\n"
            case .status(let status): if isTerminal, let status { text += fitted(status) }
            }
        }
        ProcessOutput.write(text, to: output.fileDescriptor)
    }

    package func write(_ lines: [String]) { perform(lines.map(ProgressDisplay.Action.line)) }

    /// Writes lines that a CI system is to obey.
    package func command(_ lines: [String]) {
        ProcessOutput.write(lines.map { $0 + "\n" }.joined(), to: output.fileDescriptor)
    }

    /// A status must not wrap, or it could not be replaced; the narrowest usual terminal has 80 columns.
    private func fitted(_ status: String) -> String { String(status.prefix(79)) }
}
