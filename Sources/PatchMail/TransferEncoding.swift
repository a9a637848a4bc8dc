// SPDX-License-Identifier: Apache-2.0

/// How the lines of a body were wrapped for their journey (RFC 2045).
enum TransferEncoding: Sendable {
    /// 7bit, 8bit, binary, and whatever is unknown.
    case identity
    case quotedPrintable
    case base64

    init(_ name: String) {
        switch name {
        case "quoted-printable": self = .quotedPrintable
        case "base64": self = .base64
        default: self = .identity
        }
    }

    /// The lines that were sent; each has the number of the input line in which it begins.
    ///
    /// Never fails: what is not of the encoding is skipped, and a diff that suffers from it is found to be damaged.
    func decode(_ lines: ArraySlice<InputLine>) -> [InputLine] {
        var text = DecodedText()
        switch self {
        case .identity:
            return Array(lines)
        case .quotedPrintable:
            for line in lines {
                let used = line.bytes.lastIndex {
                    $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != 13
                }
                var row = used.map { line.bytes[...$0] } ?? []
                let isSoft = row.last == UInt8(ascii: "=")
                if isSoft { row.removeLast() }
                for byte in Self.unescape(row) { text.append(byte, from: line.number) }
                if !isSoft { text.append(10, from: line.number) }
            }
        case .base64:
            var bits: UInt32 = 0
            var count = 0
            for line in lines {
                for byte in line.bytes {
                    guard let value = Self.sextet(byte) else {
                        // Padding ends a group of four.
                        if byte == UInt8(ascii: "=") { (bits, count) = (0, 0) }
                        continue
                    }
                    bits = (bits << 6 | value) & 0xffffff
                    count += 6
                    guard count >= 8 else { continue }
                    count -= 8
                    text.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)), from: line.number)
                }
            }
        }
        return text.lines
    }

    /// Decodes `=C3`; an equals sign before anything else stays.
    static func unescape(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "="), index + 2 < bytes.endIndex,
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func sextet(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 48 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

/// Gathers decoded bytes and remembers from which input line each of their lines came.
private struct DecodedText {
    private var bytes: [UInt8] = []
    private var starts: [(offset: Int, number: Int)] = []

    mutating func append(_ byte: UInt8, from number: Int) {
        if bytes.isEmpty || bytes.last == 10 { starts.append((bytes.count, number)) }
        bytes.append(byte)
    }

    var lines: [InputLine] {
        starts.indices.map { index in
            let end = index + 1 < starts.count ? starts[index + 1].offset : bytes.count
            let line = bytes[starts[index].offset..<end]
            return InputLine(
                number: starts[index].number, bytes: line.last == 10 ? line.dropLast() : line)
        }
    }
}
