// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import KcovModel

/// Program counters as text: a hexadecimal number a line, as kcov users and fuzzers print them.
package enum AddressList {
    /// Reads every line; `0x` before a number and white space around it are optional, empty lines are none.
    ///
    /// - Parameters:
    ///   - text: The bytes, from anywhere.
    ///   - name: What to call them in an error.
    /// - Returns: The program counters in file order.
    /// - Throws: `InputError` at the first line that is no number of at most 64 bits.
    package static func read(_ text: [UInt8], named name: String) throws(InputError) -> [ProgramCounter] {
        var result: [ProgramCounter] = []
        result.reserveCapacity(text.count / 19)
        let digits = digits
        var next = 0
        while next < text.count {
            skipBlanks(text, &next)
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
            skipBlanks(text, &next)
            guard isNumber, next == text.count || text[next] == UInt8(ascii: "\n") else {
                throw mistake(at: next, in: text, named: name)
            }
            next += 1
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

    private static func mistake(at place: Int, in text: [UInt8], named name: String) -> InputError {
        let before = text[..<place]
        let found = place < text.count ? text[place] : UInt8(ascii: "\n")
        let character =
            (0x21...0x7e).contains(found) ? "'\(Character(Unicode.Scalar(found)))'" : "byte \(found)"
        return InputError(
            "a hexadecimal program counter of at most 16 digits was expected, found \(character)",
            at: SourceLocation(
                file: name, line: before.count { $0 == UInt8(ascii: "\n") } + 1,
                column: place - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)))
    }
}
