// SPDX-License-Identifier: Apache-2.0

/// A place in a text file, counted from one.
package struct SourceLocation: Hashable, Sendable, Comparable {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line`, as reports name a place.
    package var fileAndLine: String { "\(file):\(line)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

extension SourceLocation: CustomStringConvertible {
    package var description: String { "\(file):\(line):\(column)" }
}

/// One thing wrong with an input file: where, what, and what to do.
package struct Diagnostic: Hashable, Sendable {
    package let location: SourceLocation
    /// What was found and what was expected, as one sentence without a final stop.
    package let message: String
    /// What to write instead, when that is known.
    package let suggestion: String?

    package init(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
        self.location = location
        self.message = message
        self.suggestion = suggestion
    }
}

extension Diagnostic: CustomStringConvertible {
    package var description: String {
        let advice = suggestion.map { "; \($0)" } ?? ""
        return "\(location): error: \(message)\(advice)"
    }
}

/// All that is wrong with what the user gave us; exit code 65.
package struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Sorted by place; never empty.
    package let diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics.sorted { $0.location < $1.location }
    }

    package init(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
        self.init([Diagnostic(message, at: location, suggestion: suggestion)])
    }

    package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

/// Gathers diagnostics so that one reading reports every mistake.
package final class DiagnosticCollector {
    package private(set) var diagnostics: [Diagnostic] = []

    package init() {}

    package func report(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
        diagnostics.append(Diagnostic(message, at: location, suggestion: suggestion))
    }

    /// Throws what was gathered, if anything was.
    package func throwIfAny() throws(InputError) {
        if !diagnostics.isEmpty { throw InputError(diagnostics) }
    }
}
