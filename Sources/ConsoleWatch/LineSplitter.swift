// SPDX-License-Identifier: Apache-2.0

/// Cuts console bytes into printable lines, whatever the bytes are and wherever chunks end.
///
/// Terminal escape sequences and control characters vanish, bytes beyond the limit of a line are dropped until it ends.
struct LineSplitter: Sendable {
    /// The most bytes of a line that are kept.
    static let lineLimit = 4096

    private enum State {
        case text
        /// Behind ESC.
        case escape
        /// Inside a control sequence, with the number of its bytes so far.
        case sequence(Int)
        /// Behind an escape that takes one more byte.
        case skipOne
    }

    private var state = State.text
    private var line: [UInt8] = []
    /// Complete lines so far.
    private(set) var count = 0

    /// Takes one byte; returns the line that it completes.
    mutating func receive(_ byte: UInt8) -> [UInt8]? {
        if byte == 0x0a {
            state = .text
            return take()
        }
        switch state {
        case .text:
            if byte == 0x1b {
                state = .escape
            } else if byte == 0x09 || (byte >= 0x20 && byte != 0x7f), line.count < Self.lineLimit {
                line.append(byte)
            }
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .sequence(0)
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"): state = .skipOne
            default: state = .text
            }
        case .sequence(let length):
            // A final byte ends it; so does a length no terminal sends, lest an escape swallows the rest.
            state = (0x40...0x7e).contains(byte) || length >= 32 ? .text : .sequence(length + 1)
        case .skipOne: state = .text
        }
        return nil
    }

    /// The line that was begun, at the end of the console; nil when there is none.
    mutating func finish() -> [UInt8]? {
        state = .text
        return line.isEmpty ? nil : take()
    }

    private mutating func take() -> [UInt8] {
        count += 1
        defer { line.removeAll(keepingCapacity: true) }
        return line
    }
}
