// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A virtual Bluetooth controller whose events are sections of its receive work.
///
/// `hci_rx_work()` in net/bluetooth/hci_core.c runs each packet under the handle of the thread that wrote it to /dev/vhci.
/// A `bluetooth` controller is raw and up, so that an event goes to sockets only; the kernel parses those of a
/// `bluetooth-init` controller, and waits for its answer to the first command.
package final class BluetoothController: Stimulus {
    package var exports: [String: UInt64] { [:] }
    package let descriptor: UInt64?
    private let device: FileDescriptor
    /// Holds the raw controller open.
    private let channel: FileDescriptor?
    private let event: Packet
    private let answer: Packet
    /// Data packets by their type.
    private let data: [UInt64: Packet]
    private let command: UInt64

    private static let path = "/dev/vhci"
    /// A code that means nothing, so that `hci_event_packet()` has nothing to do but to look it up.
    private static let unknownEvent: [UInt8] = [0x04, 0x60, 0x00]
    /// HCI_Command_Complete for HCI_Reset; the kernel gives up on a controller whose reset failed.
    private static let resetFailed: [UInt8] = [0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x01]

    /// Of connections that do not exist: type, handle, length in as many bytes as the type has for it.
    private static let dataPackets: [UInt64: [UInt8]] = [
        2: [0x02, 0x01, 0x00, 0x00, 0x00], 3: [0x03, 0x01, 0x00, 0x00], 5: [0x05, 0x01, 0x00, 0x00, 0x00],
    ]

    package init(_ request: StimulusRequest, arena: Arena) throws {
        // Safety: the string lives for the call.
        guard unsafe access(Self.path, R_OK | W_OK) == 0 else {
            throw StimulusError("\(Self.path) is missing: the kernel needs CONFIG_BT_HCIVHCI")
        }
        let isRaw = request.kind == "bluetooth"
        let device = try FileDescriptor(opening: Self.path)
        // A vendor packet creates the controller (drivers/bluetooth/hci_vhci.c); bit 7 makes it raw.
        try device.write([0xff, isRaw ? 0x80 : 0x00])
        let made = try device.read(upTo: 4)
        guard made.count == 4 else { throw StimulusError("/dev/vhci did not say which controller it made") }
        if isRaw {
            channel = try Self.open(controller: made[2...3])
        } else {
            channel = nil
            // Before it asks, it takes no packets.
            try waitUntil(milliseconds: 20_000, for: "the kernel's first command") { device.isReadable }
        }
        event = try Packet(Self.unknownEvent, in: arena)
        answer = try Packet(Self.resetFailed, in: arena)
        data = try Self.dataPackets.mapValues { try Packet($0, in: arena) }
        command = try arena.allocate(256)
        descriptor = try arena.word(UInt64(device.number))
        self.device = device
    }

    /// Brings a controller up without traffic, by binding to its user channel once its power-on work is done.
    private static func open(controller: ArraySlice<UInt8>) throws -> FileDescriptor {
        let number = try kernel("socket AF_BLUETOOTH") {
            // BTPROTO_HCI is 1.
            Glibc.socket(31, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 1)
        }
        let channel = FileDescriptor(owning: number)
        // struct sockaddr_hci with HCI_CHANNEL_USER.
        let address = littleEndian(UInt16(31)) + controller + littleEndian(UInt16(1))
        try waitUntil(milliseconds: 20_000, for: "the controller to be open") {
            unsafe address.withUnsafeBytes { bytes in
                // Safety: the address is as long as the count says.
                unsafe bind(
                    number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
                    == 0
            }
        }
        return channel
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        var packet = event
        switch step.verb {
        case "bluetooth-event": break
        case "bluetooth-data":
            let type = try step.constant("type", default: 2)
            guard let found = data[type] else {
                throw StimulusError("data packets are of type 2, 3 or 5, not \(type)")
            }
            packet = found
        case "bluetooth-answer":
            builder.call(Int(SYS_read), [.number(device.number), .value(command), .value(256)])
            packet = answer
        default:
            throw StimulusError("a Bluetooth controller has no step '\(step.verb)'")
        }
        builder.write(packet, to: .number(device.number), for: step)
    }

    package func tearDown() {}
}
