// SPDX-License-Identifier: Apache-2.0

internal import CGuest
internal import Glibc
internal import KcovModel

/// Network interfaces: whether they are up, and sockets that hear what they receive.
package enum NetworkInterface {
    /// Brings an interface up, or down (SIOCSIFFLAGS with or without IFF_UP).
    package static func set(_ name: String, up: Bool) throws(KernelError) {
        let socket = try packetSocket()
        var request = request(name, flags: up ? 1 : 0)
        // Safety: the buffer has the 40 bytes of struct ifreq and lives for the call.
        let result = unsafe request.withUnsafeMutableBytes { bytes in
            kl_syscall(
                Int(SYS_ioctl), Int(socket.number), 0x8914, Int(bitPattern: bytes.baseAddress), 0, 0, 0)
        }
        guard result >= 0 else {
            throw KernelError(
                errno: Errno(rawValue: Int32(-result)), operation: "\(name): \(up ? "up" : "down")")
        }
    }

    /// A packet socket that receives nothing.
    package static func packetSocket() throws(KernelError) -> FileDescriptor {
        FileDescriptor(
            owning: try kernel("socket AF_PACKET") {
                Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            })
    }

    /// A packet socket for the frames of one interface.
    ///
    /// - Parameters:
    ///   - name: The interface, which exists.
    ///   - ethertype: In network order; ETH_P_ALL for all frames.
    /// - Returns: The bound socket.
    /// - Throws: What the kernel says.
    package static func listen(on name: String, ethertype: [UInt8]) throws(KernelError) -> FileDescriptor {
        let listener = try packetSocket()
        // Safety: the string lives for the call.
        let index = unsafe if_nametoindex(name)
        // struct sockaddr_ll.
        let address =
            littleEndian(UInt16(AF_PACKET)) + ethertype + littleEndian(index)
            + [UInt8](repeating: 0, count: 12)
        try kernel("bind to \(name)") {
            unsafe address.withUnsafeBytes { bytes in
                // Safety: the address is as long as the count says.
                unsafe bind(
                    listener.number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(bytes.count))
            }
        }
        return listener
    }

    /// struct ifreq of include/uapi/linux/if.h: 16 bytes of name, the flags, room for the rest of the union.
    package static func request(_ name: String, flags: UInt16) -> [UInt8] {
        let name = Array(name.utf8.prefix(15))
        return name + [UInt8](repeating: 0, count: 16 - name.count) + littleEndian(flags)
            + [UInt8](repeating: 0, count: 22)
    }

    /// The name in a struct ifreq.
    package static func name(in request: [UInt8]) -> String {
        String(decoding: request.prefix(16).prefix { $0 != 0 }, as: UTF8.self)
    }
}
