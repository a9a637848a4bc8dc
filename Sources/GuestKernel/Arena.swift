// SPDX-License-Identifier: Apache-2.0

package import CGuest
internal import Glibc
internal import KcovModel

/// The memory of one program (arena.h): filled front to back, then cut to size.
///
/// Only one exists at a time, because its address is fixed.
@safe package final class Arena {
    /// The head, at `KL_ARENA_BASE`.
    package let head: UnsafeMutablePointer<kl_arena>
    private let file: FileDescriptor
    private var used: UInt64
    private var mapped: UInt64

    /// Room before the arena is cut; pages that nobody touches cost nothing.
    private static let reserved: UInt64 = 1 << 30

    package init() throws(KernelError) {
        let number = unsafe kl_memory_file("program")
        guard number >= 0 else {
            throw KernelError(errno: Errno(rawValue: -number), operation: "memfd_create")
        }
        file = FileDescriptor(owning: number)
        try kernel("ftruncate") { ftruncate(number, Int(Self.reserved)) }
        // Safety: MAP_FIXED_NOREPLACE (0x100000) never replaces a mapping.
        let address = unsafe mmap(
            UnsafeMutableRawPointer(bitPattern: UInt(KL_ARENA_BASE)), Int(Self.reserved),
            PROT_READ | PROT_WRITE, MAP_SHARED | 0x100000, number, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw KernelError(errno: Errno(rawValue: Glibc.errno), operation: "mmap of the arena")
        }
        // Safety: the mapping is page-aligned and larger than the head.
        unsafe head = address.bindMemory(to: kl_arena.self, capacity: 1)
        mapped = Self.reserved
        used = unsafe UInt64(MemoryLayout<kl_arena>.stride)
        unsafe head.pointee.fd = number
    }

    deinit {
        // Safety: nobody else knows the mapping.
        unsafe munmap(head, Int(mapped))
    }

    /// Gives out zeroed memory and returns its address.
    package func allocate(_ bytes: Int, alignment: UInt64 = 16) throws(KernelError) -> UInt64 {
        let start = (used + alignment - 1) / alignment * alignment
        guard bytes >= 0, start + UInt64(bytes) <= mapped else {
            throw KernelError(
                errno: Errno(rawValue: ENOMEM), operation: "room for \(bytes) bytes in the arena")
        }
        used = start + UInt64(bytes)
        return KL_ARENA_BASE + start
    }

    /// Gives out memory for elements of a type.
    package func allocate<Element>(
        _ count: Int, of type: Element.Type
    ) throws(KernelError) -> UnsafeMutablePointer<Element> {
        let address = try allocate(max(1, count) * MemoryLayout<Element>.stride)
        // Safety: the address lies in the mapping, which is never moved.
        guard let pointer = unsafe UnsafeMutablePointer<Element>(bitPattern: UInt(address)) else {
            throw KernelError(errno: Errno(rawValue: EFAULT), operation: "the arena")
        }
        return unsafe pointer
    }

    /// Places bytes and returns their address.
    package func place(_ bytes: [UInt8]) throws(KernelError) -> UInt64 {
        let pointer = unsafe try allocate(bytes.count, of: UInt8.self)
        // Safety: there is room for all of them.
        unsafe pointer.update(from: bytes, count: bytes.count)
        return UInt64(UInt(bitPattern: pointer))
    }

    /// Places a C string.
    package func place(_ text: String) throws(KernelError) -> UInt64 { try place(Array(text.utf8) + [0]) }

    /// Places one word.
    package func word(_ value: UInt64 = 0) throws(KernelError) -> UInt64 { try place(littleEndian(value)) }

    /// Reads a word that a task may be writing.
    package func load(_ address: UInt64) -> UInt64 {
        // Safety: the caller has the address from `word`.
        unsafe UnsafePointer<UInt64>(bitPattern: UInt(address))?.pointee ?? 0
    }

    /// Writes a word that a task may be reading.
    package func store(_ value: UInt64, at address: UInt64) {
        // Safety: the caller has the address from `word`.
        unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(address))?.pointee = value
    }

    /// Cuts the arena to what is used; afterwards nothing can be allocated.
    package func seal() throws(KernelError) {
        let size = (used + 4095) / 4096 * 4096
        // Safety: the tail holds nothing.
        _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: UInt(KL_ARENA_BASE + size)), Int(mapped - size))
        mapped = size
        try kernel("ftruncate") { ftruncate(file.number, Int(size)) }
        unsafe head.pointee.size = size
    }
}
