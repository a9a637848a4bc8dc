// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Small 64-bit little-endian ELF files.
enum SampleElf {
    /// An image with these segments, and bytes after the last that no segment holds.
    static func image(segments: [(offset: Int, length: Int)], tail: Int) -> Data {
        let end = segments.map { $0.offset + $0.length }.max() ?? 64
        var image = Data(repeating: 0xcc, count: end + tail)
        func put(_ value: Int, at offset: Int, bytes: Int) {
            for index in 0..<bytes { image[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        }
        image.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1])
        put(64, at: 32, bytes: 8)
        put(56, at: 54, bytes: 2)
        put(segments.count, at: 56, bytes: 2)
        for (index, segment) in segments.enumerated() {
            put(segment.offset, at: 64 + 56 * index + 8, bytes: 8)
            put(segment.length, at: 64 + 56 * index + 32, bytes: 8)
        }
        return image
    }
}
