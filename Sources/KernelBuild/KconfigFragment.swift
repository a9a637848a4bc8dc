// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// A list of configuration symbols with the values somebody wants, as in kernel/configs/*.config.
struct KconfigFragment: Sendable, Hashable {
    /// One wanted value, and where it is written.
    struct Request: Sendable, Hashable {
        /// Without the prefix CONFIG_.
        let symbol: String
        /// As in .config: `y`, `m`, `n` for "is not set", a number, or a string with its quotes.
        let value: String
        let location: SourceLocation

        /// The line as .config has it.
        var line: String { value == "n" ? "# CONFIG_\(symbol) is not set" : "CONFIG_\(symbol)=\(value)" }
    }

    let name: String
    let contents: Data
    let requests: [Request]

    /// Reads a fragment.
    ///
    /// - Parameters:
    ///   - name: For messages.
    ///   - file: The path that diagnostics name.
    ///   - contents: The bytes.
    ///   - collector: Where lines go that are neither a request nor a comment.
    init(name: String, file: String, contents: Data, collector: DiagnosticCollector) {
        self.name = name
        self.contents = contents
        var requests: [Request] = []
        let lines = String(decoding: contents, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let location = SourceLocation(file: file, line: index + 1, column: 1)
            let text = line.trimming(while: \.isWhitespace)
            if let request = Self.request(text, at: location) {
                requests.append(request)
            } else if !text.isEmpty, !text.hasPrefix("#") {
                collector.report(
                    "expected CONFIG_NAME=value, '# CONFIG_NAME is not set' or a comment, found '\(text)'",
                    at: location)
            } else if text.hasPrefix("# CONFIG_"), text.contains("not set") {
                collector.report(
                    "'\(text)' looks like a request and is read as a comment", at: location,
                    suggestion: "write '# CONFIG_NAME is not set'")
            }
        }
        self.requests = requests
    }

    /// The request a line makes, if it makes one.
    static func request(_ text: Substring, at location: SourceLocation) -> Request? {
        if text.hasPrefix("# CONFIG_"), text.hasSuffix(" is not set") {
            let symbol = text.dropFirst("# CONFIG_".count).dropLast(" is not set".count)
            return isSymbol(symbol) ? Request(symbol: String(symbol), value: "n", location: location) : nil
        }
        guard text.hasPrefix("CONFIG_"), let equals = text.firstIndex(of: "=") else { return nil }
        let symbol = text[..<equals].dropFirst("CONFIG_".count)
        let value = text[text.index(after: equals)...]
        guard isSymbol(symbol), !value.isEmpty else { return nil }
        return Request(symbol: String(symbol), value: String(value), location: location)
    }

    private static func isSymbol(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}

extension Substring {
    /// Without what both ends have too much of.
    func trimming(while isUnwanted: (Character) -> Bool) -> Substring {
        var text = drop(while: isUnwanted)
        while let last = text.last, isUnwanted(last) { text.removeLast() }
        return text
    }
}
