// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Cuts a byte stream into lines, whatever the stream does.
struct LineSplitter {
    /// Bytes of a line that are kept; the rest is dropped.
    static let limit = 4096

    private var pending: [UInt8] = []

    mutating func append(_ bytes: Data, onLine: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                emit(onLine)
            } else if pending.count < Self.limit {
                pending.append(byte)
            }
        }
    }

    /// Hands out what came after the last line end.
    mutating func finish(onLine: (String) -> Void) {
        if !pending.isEmpty { emit(onLine) }
    }

    private mutating func emit(_ onLine: (String) -> Void) {
        onLine(String(decoding: pending, as: UTF8.self))
        pending.removeAll(keepingCapacity: true)
    }
}
