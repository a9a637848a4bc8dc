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
    package static func read(_ text: some Sequence<UInt8>, named name: String) throws(InputError)
        -> [ProgramCounter]
    {
        var result: [ProgramCounter] = []
        var number: UInt64 = 0
        var digits = 0
        var line = 1
        var column = 0
        var hasPrefix = false
        var hasEnded = false
        func mistake(_ found: UInt8) -> InputError {
            let character =
                (0x21...0x7e).contains(found) ? "'\(Character(Unicode.Scalar(found)))'" : "byte \(found)"
            return InputError(
                "a hexadecimal program counter of at most 16 digits was expected, found \(character)",
                at: SourceLocation(file: name, line: line, column: column))
        }
        for byte in text {
            column += 1
            switch byte {
            case UInt8(ascii: "\n"):
                if hasPrefix, digits == 0 { throw mistake(byte) }
                if digits > 0 { result.append(ProgramCounter(rawValue: number)) }
                (number, digits, column, hasPrefix, hasEnded) = (0, 0, 0, false, false)
                line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                hasEnded = digits > 0
            case UInt8(ascii: "x") where digits == 1 && number == 0 && !hasPrefix && !hasEnded:
                (digits, hasPrefix) = (0, true)
            default:
                guard let digit = digit(byte), digits < 16, !hasEnded else { throw mistake(byte) }
                number = number << 4 | UInt64(digit)
                digits += 1
            }
        }
        if digits > 0 { result.append(ProgramCounter(rawValue: number)) }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
