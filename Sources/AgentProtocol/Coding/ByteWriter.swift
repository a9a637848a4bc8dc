// SPDX-License-Identifier: Apache-2.0

/// Builds the payload of a frame: little-endian integers, length-prefixed strings and lists.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        var rest = Number.Magnitude(truncatingIfNeeded: number)
        for _ in 0..<(Number.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    mutating func write(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    mutating func write(_ text: String) {
        write(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write<Element>(
        list: [Element], _ writeElement: (inout ByteWriter, Element) -> Void
    ) {
        write(UInt32(list.count))
        for element in list { writeElement(&self, element) }
    }

    /// A list of words, as `write(list:)` would, but in one piece: buffers have millions of them.
    mutating func write(words: [UInt64]) {
        write(UInt32(words.count))
        let words = words.map { $0.littleEndian }
        // Safety: the bytes are copied while the words are there.
        unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func write<Wrapped>(
        optional: Wrapped?, _ writeWrapped: (inout ByteWriter, Wrapped) -> Void
    ) {
        write(optional != nil)
        if let optional { writeWrapped(&self, optional) }
    }
}
