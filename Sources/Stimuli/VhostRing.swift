// SPDX-License-Identifier: Apache-2.0

internal import GuestKernel

/// One queue of a vhost device in the memory of the process that owns it: where it is, and how the device is told.
///
/// Guest addresses are the addresses of this process.
struct VhostRing {
    /// The requests of include/uapi/linux/vhost.h that a device wants for a queue.
    private static let setNumber = 0x4008_af10
    private static let setBase = 0x4008_af12
    private static let setAddresses = 0x4028_af11
    private static let entries: UInt32 = 256
    private static let availableOffset: UInt64 = 0x2000
    private static let usedOffset: UInt64 = 0x3000
    private static let bufferOffset: UInt64 = 0x4000
    private static let size = 0x5000

    /// Where the descriptors are.
    let descriptors: UInt64
    /// Each request number with the address of its argument, in the order the device wants them.
    let configuration: [(request: Int, argument: UInt64)]

    /// Where the count of buffers offered to the device is, two bytes wide.
    var offered: UInt64 { descriptors + Self.availableOffset + 2 }
    /// A page for what descriptors point to.
    var buffer: UInt64 { descriptors + Self.bufferOffset }

    /// - Parameters:
    ///   - queue: Its number in the device.
    ///   - arena: Where the ring is put.
    /// - Throws: When the arena is full.
    init(queue: UInt32, arena: Arena) throws {
        descriptors = try arena.allocate(Self.size, alignment: 4096)
        let index = littleEndian(queue)
        configuration = [
            (Self.setNumber, try arena.place(index + littleEndian(Self.entries))),
            (Self.setBase, try arena.place(index + littleEndian(UInt32(0)))),
            (
                Self.setAddresses,
                try arena.place(
                    index + littleEndian(UInt32(0)) + littleEndian(descriptors)
                        + littleEndian(descriptors + Self.usedOffset)
                        + littleEndian(descriptors + Self.availableOffset)
                        + littleEndian(UInt64(0)))
            ),
        ]
    }

    /// What a device wants before its queues: no features, and the memory they are in.
    ///
    /// - Parameters:
    ///   - rings: The rings, each a region of that memory.
    ///   - arena: Where the arguments are put.
    /// - Returns: Each request number with the address of its argument.
    /// - Throws: When the arena is full.
    static func memory(of rings: [VhostRing], arena: Arena) throws -> [(request: Int, argument: UInt64)] {
        let regions = rings.flatMap { ring in
            littleEndian(ring.descriptors) + littleEndian(UInt64(size)) + littleEndian(ring.descriptors)
                + littleEndian(UInt64(0))
        }
        let table = littleEndian(UInt32(rings.count)) + littleEndian(UInt32(0)) + regions
        // VHOST_SET_FEATURES, VHOST_SET_MEM_TABLE.
        return [(0x4008_af00, try arena.word(0)), (0x4008_af03, try arena.place(table))]
    }
}
