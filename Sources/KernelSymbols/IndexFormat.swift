// SPDX-License-Identifier: Apache-2.0

/// The layout of a symbol index on disk.
///
/// A header of fixed size, a table of sections, the sections. All numbers are little-endian; every section but the last
/// is an array of 32-bit words, so that it can be used where it is mapped. Addresses are offsets from `base`.
enum IndexFormat {
    /// Counts up with every change of the layout or of what its contents mean.
    static let version: UInt32 = 4
    static let magic: UInt64 = 0x6d79_7376_6f63_4b00
    /// Magic, checksum, file size, base, image size: 8 bytes each; version and section count: 4 each; identity.
    static let headerSize = 48 + identitySize
    static let identitySize = 144
    /// Offset and size, 8 bytes each.
    static let sectionEntrySize = 16
    /// The checksum covers everything behind it.
    static let checksummedFrom = 16
    static let none = UInt32.max

    enum Section: Int, CaseIterable {
        /// Start and end of each executable section.
        case ranges
        /// Offset, size, name, function, first point, number of points, entry point, 1 when the scheduler calls it.
        /// Sorted by offset.
        case symbols
        /// Name, first in `functionSymbols`, number, 1 when inlined code of it has points. Sorted by name.
        case functions
        /// Symbol numbers.
        case functionSymbols
        /// Offset, callback, symbol, node, file, line. Sorted by offset.
        case points
        /// For every 64 bytes of code the number of the first point there or later.
        case buckets
        /// Line rows: offset, file, line.
        case rows
        /// Offset, node.
        case segments
        /// Function, file of the call, line of the call, parent.
        case nodes
        /// Name, size, first member, number of members. Sorted by name.
        case structs
        /// Name, type name, offset, size.
        case members
        /// Offset, callback, symbol.
        case tailJumps
        /// Where each string ends in `text`.
        case strings
        /// The bytes of all strings.
        case text

        /// Words in one record.
        var width: Int {
            switch self {
            case .functionSymbols, .buckets, .strings, .text: 1
            case .ranges, .segments: 2
            case .rows, .tailJumps: 3
            case .functions, .nodes, .structs, .members: 4
            case .points: 6
            case .symbols: 8
            }
        }
    }

    /// Bits of an address that one bucket covers.
    static let bucketShift: UInt32 = 6

    /// A checksum against damage, not against forgery: accessors check every bound regardless.
    ///
    /// Four independent lanes of multiply and rotate over 64-bit words keep it near memory speed.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let prime: UInt64 = 0x9e37_79b1_85eb_ca87
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        func mix(_ lane: UInt64, _ word: UInt64) -> UInt64 {
            let product = (lane ^ word) &* prime
            return product << 29 | product >> 35
        }
        var offset = 0
        let count = bytes.count
        while offset + 32 <= count {
            // Safety: offset + 32 does not exceed the count.
            lanes.0 = mix(lanes.0, unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            lanes.1 = mix(lanes.1, unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            lanes.2 = mix(lanes.2, unsafe bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
            lanes.3 = mix(lanes.3, unsafe bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))
            offset += 32
        }
        var result = mix(mix(mix(mix(UInt64(count), lanes.0), lanes.1), lanes.2), lanes.3)
        while offset < count {
            result = mix(result, UInt64(unsafe bytes[offset]))
            offset += 1
        }
        return result
    }
}
