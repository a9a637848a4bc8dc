// SPDX-License-Identifier: Apache-2.0

internal import CGuest
internal import Glibc
internal import KcovModel

/// The flags of a network interface.
package enum NetworkInterface {
    /// Brings an interface up (SIOCSIFFLAGS with IFF_UP).
    package static func setUp(_ name: String) throws(KernelError) {
        let socket = FileDescriptor(
            owning: try kernel("socket AF_PACKET") {
                Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            })
        // struct ifreq: 16 bytes of name, the flags, room for the rest of the union.
        var request = Array(name.utf8.prefix(15))
        request += [UInt8](repeating: 0, count: 16 - request.count)
        request += littleEndian(UInt16(1)) + [UInt8](repeating: 0, count: 22)
        // Safety: the buffer has the 40 bytes of struct ifreq and lives for the call.
        let result = unsafe request.withUnsafeMutableBytes { bytes in
            kl_syscall(
                Int(SYS_ioctl), Int(socket.number), 0x8914, Int(bitPattern: bytes.baseAddress), 0, 0, 0)
        }
        guard result >= 0 else {
            throw KernelError(errno: Errno(rawValue: Int32(-result)), operation: "\(name): up")
        }
    }
}
