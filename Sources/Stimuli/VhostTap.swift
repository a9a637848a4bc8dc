// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A vhost-net device with a ring and a tap behind it: each kick sends one frame.
///
/// The worker takes the frame from the ring of the owner's memory (`handle_tx()` in drivers/vhost/net.c) and gives it to the
/// tap (`tun_sendmsg()` in drivers/net/tun.c), where a packet socket of the agent receives it.
package final class VhostTap: Stimulus {
    package var exports: [String: UInt64] { [:] }
    package let descriptor: UInt64?
    private let number: UInt64
    private let kick: UInt64
    private let tap: FileDescriptor
    private let listener: FileDescriptor
    private let path: UInt64
    private let one: UInt64
    private let file: UInt64
    private let ring: VhostRing
    private let received: UInt64
    /// Each request number with the address of its argument, in the order the device wants them.
    private let configuration: [(request: Int, argument: UInt64)]
    private let backend: UInt64

    private static let transmit: UInt32 = 1
    /// struct virtio_net_hdr, which the tap expects in front of a frame.
    private static let header = 10
    /// For local experiments.
    private static let ethertype: [UInt8] = [0x88, 0xb5]
    private static let frame: [UInt8] =
        [UInt8](repeating: 0xff, count: 6) + [0x02, 0, 0, 0, 0, 9] + ethertype
        + [UInt8](repeating: 0x5a, count: 46)

    package init(_ request: StimulusRequest, arena: Arena) throws {
        // IFF_TAP, IFF_NO_PI and IFF_VNET_HDR; the kernel puts a number for the %d.
        var interface = NetworkInterface.request("kcovlab%d", flags: 0x0002 | 0x1000 | 0x4000)
        tap = try Self.makeTap(&interface)
        let name = NetworkInterface.name(in: interface)
        try NetworkInterface.set(name, up: true)
        listener = try NetworkInterface.listen(on: name, ethertype: Self.ethertype)
        path = try arena.place("/dev/vhost-net")
        number = try arena.word(.max)
        descriptor = number
        kick = try arena.word(.max)
        one = try arena.word(1)
        received = try arena.allocate(2048)
        ring = try VhostRing(queue: Self.transmit, arena: arena)
        let index = littleEndian(Self.transmit)
        file = try arena.place(index + littleEndian(UInt32(0)))
        configuration = try VhostRing.memory(of: [ring], arena: arena) + ring.configuration
        backend = try arena.place(index + littleEndian(UInt32(bitPattern: tap.number)))
        try fill(arena)
    }

    /// Writes one descriptor that every entry of the ring refers to.
    private func fill(_ arena: Arena) throws {
        let length = UInt64(Self.header + Self.frame.count)
        arena.store(ring.buffer, at: ring.descriptors)
        // Length, flags, next.
        arena.store(length, at: ring.descriptors + 8)
        for (place, byte) in Self.frame.enumerated() {
            // Safety: the ring has room for the header and the frame.
            unsafe UnsafeMutablePointer<UInt8>(
                bitPattern: UInt(ring.buffer) + UInt(Self.header + place))?.pointee = byte
        }
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        let device = Operand.word(at: number)
        switch step.verb {
        case "tap-open":
            builder.call(Int(SYS_eventfd2), [.value(0), .value(0)], keep: kick)
            builder.primary(
                Int(SYS_openat), [.number(AT_FDCWD), .value(path), .number(O_RDWR | O_CLOEXEC)],
                promise: step.promise, keep: number)
        case "tap-own":
            // VHOST_SET_OWNER.
            builder.primary(
                Int(SYS_ioctl), [device, .number(0xaf01)], promise: step.promise, keep: step.keep)
        case "tap-start":
            for (request, argument) in configuration {
                builder.call(Int(SYS_ioctl), [device, .number(request), .value(argument)])
            }
            // VHOST_SET_VRING_KICK, VHOST_NET_SET_BACKEND.
            builder.store(.word(at: kick), at: .value(file + 4), width: 4)
            builder.call(Int(SYS_ioctl), [device, .number(0x4008_af20), .value(file)])
            builder.primary(
                Int(SYS_ioctl), [device, .number(0x4008_af30), .value(backend)], promise: step.promise,
                keep: step.keep)
        case "tap-send":
            builder.add(1, to: ring.offered, width: 2)
            builder.primary(
                Int(SYS_write), [.word(at: kick), .value(one), .value(8)], promise: step.promise,
                keep: step.keep)
        case "tap-receive":
            builder.primary(
                Int(SYS_read), [.number(listener.number), .value(received), .value(2048)],
                promise: step.promise, keep: step.keep)
        case "tap-close":
            builder.call(Int(SYS_close), [.word(at: kick)])
            builder.primary(Int(SYS_close), [device], promise: step.promise, keep: step.keep)
        default:
            throw StimulusError("a tap has no step '\(step.verb)'")
        }
    }

    package func tearDown() {}

    /// A tap whose frames carry a virtio header; it goes with its descriptor.
    ///
    /// - Parameter interface: A struct ifreq, which gets the name that the kernel chose.
    /// - Returns: The descriptor.
    /// - Throws: When there is no /dev/net/tun, or the kernel makes no such interface.
    private static func makeTap(_ interface: inout [UInt8]) throws -> FileDescriptor {
        let tap = try FileDescriptor(opening: "/dev/net/tun")
        try kernel("TUNSETIFF") {
            // Safety: the kernel reads and writes one struct ifreq, 40 bytes.
            unsafe ioctl(tap.number, 0x4004_54ca, &interface)
        }
        return tap
    }
}
