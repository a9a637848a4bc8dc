// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a message.
public enum ProtocolError: Error, Hashable, Sendable {
    /// A frame announces more bytes than `ProtocolVersion.frameLimit`.
    case frameTooLong(UInt32)
    /// The payload ends before what it announces.
    case truncated
    /// The payload goes on after the message.
    case trailingBytes(Int)
    /// A tag, kind or flag that the protocol does not have.
    case unknown(what: String, number: UInt8)
    /// Text that is not UTF-8.
    case notText
    /// Values or steps nested deeper than `ByteReader.depthLimit`.
    case tooDeep
}

extension ProtocolError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .frameTooLong(let length):
            "a frame of \(length) bytes; at most \(ProtocolVersion.frameLimit) are allowed"
        case .truncated: "a message that ends too early"
        case .trailingBytes(let count): "a message with \(count) bytes too many"
        case .unknown(let what, let number): "an unknown \(what), number \(number)"
        case .notText: "text that is not UTF-8"
        case .tooDeep: "values or steps nested deeper than \(ByteReader.depthLimit)"
        }
    }
}

/// Reads the payload of one frame and never beyond it.
///
/// Every count is checked against the bytes that are left, and nothing is allocated for elements before they are read:
/// lists inside each other could each claim all bytes that are left.
struct ByteReader {
    /// How deep values and steps may nest.
    static let depthLimit = 32

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var remaining: Int { bytes.endIndex - position }

    mutating func read<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(ProtocolError) -> Number {
        let size = Number.bitWidth / 8
        guard remaining >= size else { throw .truncated }
        var number: Number.Magnitude = 0
        for offset in (0..<size).reversed() {
            number = number << 8 | Number.Magnitude(truncatingIfNeeded: bytes[position + offset])
        }
        position += size
        return Number(truncatingIfNeeded: number)
    }

    mutating func readFlag() throws(ProtocolError) -> Bool {
        switch try read(UInt8.self) {
        case 0: return false
        case 1: return true
        case let other: throw .unknown(what: "flag", number: other)
        }
    }

    mutating func readText() throws(ProtocolError) -> String {
        let length = Int(try read(UInt32.self))
        guard remaining >= length else { throw .truncated }
        guard let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            throw .notText
        }
        position += length
        return text
    }

    /// Reads a list whose elements take at least `minimum` bytes each.
    mutating func readList<Element>(
        minimum: Int, _ readElement: (inout ByteReader) throws(ProtocolError) -> Element
    ) throws(ProtocolError) -> [Element] {
        let count = Int(try read(UInt32.self))
        guard count <= remaining / max(1, minimum) else { throw .truncated }
        var list: [Element] = []
        for _ in 0..<count { list.append(try readElement(&self)) }
        return list
    }

    /// Reads a list of words in one piece: buffers have millions of them.
    mutating func readWords() throws(ProtocolError) -> [UInt64] {
        let count = Int(try read(UInt32.self))
        guard count <= remaining / 8 else { throw .truncated }
        let place = bytes[position..<position + 8 * count]
        position += 8 * count
        // Safety: the slice has the bytes of so many words.
        return unsafe place.withUnsafeBytes { bytes in
            (0..<count).map {
                unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
            }
        }
    }

    mutating func readOptional<Wrapped>(
        _ readWrapped: (inout ByteReader) throws(ProtocolError) -> Wrapped
    ) throws(ProtocolError) -> Wrapped? {
        try readFlag() ? try readWrapped(&self) : nil
    }

    func finish() throws(ProtocolError) {
        if remaining > 0 { throw .trailingBytes(remaining) }
    }
}
