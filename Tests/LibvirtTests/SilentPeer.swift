// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A port of this machine where connections are accepted by the kernel and nobody says anything.
final class SilentPeer: Sendable {
    struct Failure: Error {}

    private let socket: Int32
    private let port: UInt16

    var uri: String { "qemu+tcp://127.0.0.1:\(port)/system" }

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safety: the address outlives the calls, and a sockaddr_in is what AF_INET wants of a sockaddr.
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { [socket] pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(socket, address, length) == 0 && listen(socket, 8) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isBound else { throw Failure() }
    }

    deinit { close(socket) }
}
