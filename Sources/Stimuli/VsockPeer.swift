// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A running vhost-vsock device, and sockets of this kernel that connect to whom it belongs to.
///
/// A connection request is a packet that the device's worker delivers, one section each time it is idle
/// (`vhost_transport_send_pkt()` in drivers/vhost/vsock.c). The rings offer no buffers, so the packets wait in the device.
package final class VsockPeer: Stimulus {
    package var exports: [String: UInt64] { [:] }
    package let descriptor: UInt64?
    private let number: UInt64
    private let path: UInt64
    private let cid: UInt64
    private let running: UInt64
    private let socket: UInt64
    private let address: UInt64
    private let configuration: [(request: Int, argument: UInt64)]

    /// Of the device, above those that mean a host; and the port of nobody.
    private static let guest: UInt32 = 42
    private static let port: UInt32 = 1
    /// `VHOST_VSOCK_SET_GUEST_CID` and `VHOST_VSOCK_SET_RUNNING` (include/uapi/linux/vhost.h).
    private static let setGuest = 0x4008_af60
    private static let setRunning = 0x4004_af61
    /// `AF_VSOCK` (include/linux/socket.h), and the length of struct sockaddr_vm.
    private static let family: UInt16 = 40
    private static let addressLength: UInt64 = 16

    package init(_ request: StimulusRequest, arena: Arena) throws {
        path = try arena.place("/dev/vhost-vsock")
        number = try arena.word(.max)
        descriptor = number
        cid = try arena.word(UInt64(Self.guest))
        running = try arena.word(1)
        socket = try arena.word(.max)
        // struct sockaddr_vm: family, reserved, port, cid, flags and zeros.
        address = try arena.place(
            littleEndian(Self.family) + littleEndian(UInt16(0)) + littleEndian(Self.port)
                + littleEndian(Self.guest) + littleEndian(UInt32(0)))
        let rings = [try VhostRing(queue: 0, arena: arena), try VhostRing(queue: 1, arena: arena)]
        configuration =
            try VhostRing.memory(of: rings, arena: arena) + rings.flatMap(\.configuration)
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        let device = Operand.word(at: number)
        switch step.verb {
        case "peer-open":
            builder.primary(
                Int(SYS_openat), [.number(AT_FDCWD), .value(path), .number(O_RDWR | O_CLOEXEC)],
                promise: step.promise, keep: number)
        case "peer-own":
            // VHOST_SET_OWNER.
            builder.primary(
                Int(SYS_ioctl), [device, .number(0xaf01)], promise: step.promise, keep: step.keep)
        case "peer-configure":
            for (request, argument) in configuration {
                builder.call(Int(SYS_ioctl), [device, .number(request), .value(argument)])
            }
            builder.primary(
                Int(SYS_ioctl), [device, .number(Self.setGuest), .value(cid)], promise: step.promise,
                keep: step.keep)
        case "peer-start":
            builder.primary(
                Int(SYS_ioctl), [device, .number(Self.setRunning), .value(running)], promise: step.promise,
                keep: step.keep)
        case "peer-connect":
            builder.call(
                Int(SYS_socket),
                [
                    .value(UInt64(Self.family)),
                    .number(Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)),
                    .value(0),
                ], keep: socket)
            builder.primary(
                Int(SYS_connect), [.word(at: socket), .value(address), .value(Self.addressLength)],
                promise: step.promise, keep: step.keep)
            builder.call(Int(SYS_close), [.word(at: socket)])
        case "peer-close":
            builder.primary(Int(SYS_close), [device], promise: step.promise, keep: step.keep)
        default:
            throw StimulusError("a vsock peer has no step '\(step.verb)'")
        }
    }

    package func tearDown() {}
}
