// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import KcovModel

/// Reads program counters as text: a hexadecimal number a line, as kcov users and fuzzers print them.
///
/// `0x` before a number and white space around it are optional; empty lines are none.
package struct AddressReader {
    /// What to call the input in an error.
    private let name: String
    /// The lines that were read.
    private var lineCount = 0
    /// The start of a line whose end was not seen yet.
    private var rest: [UInt8] = []

    package init(named name: String) {
        self.name = name
    }

    /// Reads the lines that a piece of the input completes.
    ///
    /// - Parameter piece: The bytes that follow, from anywhere.
    /// - Returns: The program counters in their order.
    /// - Throws: `InputError` at the first line that is no number of at most 64 bits.
    package mutating func read(_ piece: [UInt8]) throws(InputError) -> [ProgramCounter] {
        guard let end = piece.lastIndex(of: UInt8(ascii: "\n")) else {
            rest += piece
            return []
        }
        let lines = rest + piece[...end]
        rest = Array(piece[(end + 1)...])
        return try parse(lines)
    }

    /// Reads the last line, which need not end like the others.
    package mutating func finish() throws(InputError) -> [ProgramCounter] {
        defer { rest = [] }
        return try parse(rest)
    }

    private mutating func parse(_ text: [UInt8]) throws(InputError) -> [ProgramCounter] {
        var result: [ProgramCounter] = []
        result.reserveCapacity(text.count / 19)
        let digits = Self.digits
        var next = 0
        while next < text.count {
            Self.skipBlanks(text, &next)
            let hasPrefix =
                next + 1 < text.count && text[next] == UInt8(ascii: "0")
                && text[next + 1] == UInt8(ascii: "x")
            if hasPrefix { next += 2 }
            let first = next
            var number: UInt64 = 0
            while next < text.count, next - first < 16, digits[Int(text[next])] < 16 {
                number = number << 4 | UInt64(digits[Int(text[next])])
                next += 1
            }
            if next > first { result.append(ProgramCounter(rawValue: number)) }
            let isNumber = next > first || !hasPrefix
            Self.skipBlanks(text, &next)
            guard isNumber, next == text.count || text[next] == UInt8(ascii: "\n") else {
                throw mistake(at: next, in: text)
            }
            next += 1
            lineCount += 1
        }
        return result
    }

    private static func skipBlanks(_ text: [UInt8], _ next: inout Int) {
        while next < text.count {
            switch text[next] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): next += 1
            default: return
            }
        }
    }

    /// By character: its value as a hexadecimal digit, or more than that.
    private static let digits: [UInt8] = (0...UInt8.max).map { byte in
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) } ?? .max
    }

    private func mistake(at place: Int, in text: [UInt8]) -> InputError {
        let before = text[..<place]
        let found = place < text.count ? text[place] : UInt8(ascii: "\n")
        let character =
            (0x21...0x7e).contains(found) ? "'\(Character(Unicode.Scalar(found)))'" : "byte \(found)"
        return InputError(
            "a hexadecimal program counter of at most 16 digits was expected, found \(character)",
            at: SourceLocation(
                file: name, line: lineCount + 1,
                column: place - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)))
    }
}
