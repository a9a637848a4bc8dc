// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// A change of a patch that does not apply, with the place in the tree that comes nearest.
package struct Misfit: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// There is no such file.
        case absent
        /// A file that is to be made is there already.
        case exists
        /// A deleted file would keep some lines.
        case notEmpty
        /// The new lines are there already, from this line on.
        case applied(line: Int)
        /// Nowhere in the file are the old lines; nil when not one of them is there.
        case noMatch(nearest: Nearest?)
    }

    /// Where in the file most of the old lines are.
    package struct Nearest: Sendable, Hashable {
        /// From one.
        package let line: Int
        package let matching: Int
        package let wanted: Int
        package let differences: [Difference]
    }

    /// A line that stands on one side only.
    package enum Difference: Sendable, Hashable {
        /// The patch has it in this line of its file, the tree does not.
        case expected(String, patchLine: Int)
        /// The tree has it in this line, the patch does not.
        case found(String, line: Int)
    }

    package let mail: MailReference
    package let path: String
    /// Nil when the file itself is the trouble.
    package let hunk: Hunk?
    /// The number of the hunk in the change of its file, from one; 0 without a hunk.
    package let number: Int
    package let count: Int
    package let reason: Reason
    /// In the input file.
    package let line: Int

    package func diagnostic(file: String) -> Diagnostic {
        Diagnostic(description, at: SourceLocation(file: file, line: line, column: 1))
    }
}

extension Misfit: CustomStringConvertible {
    /// What the user reads; differing lines follow, one in a line.
    package var description: String {
        let subject = mail.subject.map { "'\($0)': " } ?? ""
        let what = hunk.map { "hunk \(number) of \(count) of \(path) (\($0.header)) does not apply" }
        switch reason {
        case .absent: return "\(subject)\(path) is not in the tree"
        case .exists: return "\(subject)\(path) is to be made but is in the tree already"
        case .notEmpty: return "\(subject)\(path) is to be deleted but has more lines than the patch removes"
        case .applied(let line):
            return "\(subject)\(what ?? path); its new lines are there already, from line \(line)"
        case .noMatch(nil): return "\(subject)\(what ?? path); none of its lines is in the file"
        case .noMatch(let nearest?):
            let head =
                "\(subject)\(what ?? path); nearest is line \(nearest.line), "
                + "with \(nearest.matching) of \(nearest.wanted) lines"
            return ([head] + nearest.differences.map(\.description)).joined(separator: "\n")
        }
    }
}

extension Misfit.Difference: CustomStringConvertible {
    package var description: String {
        switch self {
        case .expected(let text, let line): "  expected by line \(line) of the patch: \(text)"
        case .found(let text, let line): "  found in line \(line) of the file: \(text)"
        }
    }
}
