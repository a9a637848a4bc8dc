// SPDX-License-Identifier: Apache-2.0

/// The parts of a console line as printk writes it: `[    1.234567][   T12] message`.
enum ConsoleLine {
    /// Cuts a line at each time stamp that does not stand at its start.
    ///
    /// A program's unfinished output and the kernel's next message share a line, and so do two processors that print at
    /// once; each message must be seen from its start.
    static func messages(of line: [UInt8]) -> [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        var start = 0
        var index = levelEnd(line) + 1
        while index < line.count {
            if line[index] == UInt8(ascii: "["), stampEnd(line, from: index) != nil {
                result.append(line[start..<index])
                start = index
            }
            index += 1
        }
        result.append(line[start...])
        return result
    }

    /// Whether a message has the time stamp that only printk writes.
    static func isStamped(_ message: ArraySlice<UInt8>) -> Bool {
        let line = Array(message)
        return stampEnd(line, from: levelEnd(line)) != nil
    }

    /// The message without level, time stamp, caller and surrounding spaces.
    static func text(of message: ArraySlice<UInt8>) -> [UInt8] {
        let line = Array(message)
        var start = levelEnd(line)
        if let end = stampEnd(line, from: start) {
            start = end
            if let caller = callerEnd(line, from: start) { start = caller }
        }
        while start < line.count, isSpace(line[start]) { start += 1 }
        var end = line.count
        while end > start, isSpace(line[end - 1]) { end -= 1 }
        return Array(line[start..<end])
    }

    /// The index behind `<4>` at the start, or zero.
    private static func levelEnd(_ line: [UInt8]) -> Int {
        guard line.count >= 3, line[0] == UInt8(ascii: "<"), line[2] == UInt8(ascii: ">"), isDigit(line[1])
        else {
            return 0
        }
        return 3
    }

    /// The index behind `[   12.345678]` at an index, if that is there.
    private static func stampEnd(_ line: [UInt8], from start: Int) -> Int? {
        guard start < line.count, line[start] == UInt8(ascii: "[") else { return nil }
        var index = start + 1
        while index < line.count, index - start <= 12, line[index] == UInt8(ascii: " ") { index += 1 }
        let whole = index
        while index < line.count, index - whole <= 10, isDigit(line[index]) { index += 1 }
        guard index > whole, index + 7 < line.count, line[index] == UInt8(ascii: ".") else { return nil }
        guard line[(index + 1)...(index + 6)].allSatisfy(isDigit), line[index + 7] == UInt8(ascii: "]") else {
            return nil
        }
        return index + 8
    }

    /// The index behind `[   T12]` or `[   C0]`, with or without spaces before it.
    private static func callerEnd(_ line: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
        guard index < line.count, line[index] == UInt8(ascii: "[") else { return nil }
        index += 1
        while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
        guard index < line.count, line[index] == UInt8(ascii: "T") || line[index] == UInt8(ascii: "C") else {
            return nil
        }
        index += 1
        let digits = index
        while index < line.count, isDigit(line[index]) { index += 1 }
        guard index > digits, index < line.count, line[index] == UInt8(ascii: "]") else { return nil }
        return index + 1
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
