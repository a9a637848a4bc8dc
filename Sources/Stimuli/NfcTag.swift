// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A tag in reach of a virtual NFC controller.
///
/// A write to the raw socket is sent by a work (`rawsock_tx_work()` in net/nfc/rawsock.c) and then by the controller's
/// (`nci_tx_work()` in net/nfc/nci/core.c), both under the handle of the thread that wrote. The controller is played by a
/// thread of the agent (nfc_tag.c) without a handle; its answer opens the socket for the next packet.
@safe package final class NfcTag: Stimulus {
    package var exports: [String: UInt64] { [:] }
    private let controller: NfcController
    private let tag: UnsafeMutablePointer<kl_nfc_tag>
    private let packet: Packet
    private let garbled: Packet
    private let deactivation: Packet
    private let socket: Int32
    private var netlink: GenericNetlink

    package init(_ request: StimulusRequest, arena: Arena) throws {
        controller = try NfcController()
        packet = try Packet(Array("kcov".utf8), in: arena)
        // Less than NCI_CTRL_HDR_SIZE, which nci_valid_size() wants.
        garbled = try Packet([0, 0], in: arena)
        // Safety: the arena outlives the thread, which tearDown ends.
        unsafe tag = try arena.allocate(1, of: kl_nfc_tag.self)
        unsafe tag.pointee.device = controller.device.number
        netlink = try GenericNetlink(family: "nfc")
        // NFC_CMD_DEACTIVATE_TARGET for the first target.
        deactivation = try Packet(
            netlink.encoded(
                command: 30, version: 1,
                attributes: [NetlinkAttribute(1, u32: controller.index), NetlinkAttribute(4, u32: 0)]),
            in: arena)
        socket = try kernel("socket AF_NFC") { Glibc.socket(39, Int32(SOCK_SEQPACKET.rawValue), 0) }
        let error = unsafe kl_nfc_tag_start(tag)
        guard error == 0 else { throw StimulusError("no thread for the tag: errno \(error)") }
        // NFC_CMD_DEV_UP, then NFC_CMD_START_POLL for NFC_PROTO_MIFARE_MASK (include/uapi/linux/nfc.h).
        try netlink.send(
            command: 2, version: 1, attributes: [NetlinkAttribute(1, u32: controller.index)],
            operation: "NFC up")
        try netlink.send(
            command: 6, version: 1,
            attributes: [NetlinkAttribute(1, u32: controller.index), NetlinkAttribute(13, u32: 4)],
            operation: "NFC poll")
        // Only now: the kernel believes in a tag once it knows that it polls (nci_start_poll()).
        unsafe kl_nfc_tag_approach(tag)
        try waitUntil(milliseconds: 5000, for: "the tag") { connect() }
    }

    /// A struct sockaddr_nfc: family, device, the first target, NFC_PROTO_MIFARE.
    private func connect() -> Bool {
        let address =
            littleEndian(UInt32(39)) + littleEndian(controller.index) + littleEndian(UInt32(0))
            + littleEndian(UInt32(2))
        // Safety: the address is as long as the count says.
        return unsafe address.withUnsafeBytes { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) {
                unsafe Glibc.connect(socket, $0.baseAddress, socklen_t(bytes.count)) == 0
            }
        }
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        let (packet, file): (Packet, Int32) =
            switch step.verb {
            case "nfc-write": (packet, socket)
            case "nfc-garble": (garbled, controller.device.number)
            case "nfc-deactivate": (deactivation, netlink.number)
            default: throw StimulusError("an NFC tag has no step '\(step.verb)'")
            }
        builder.write(packet, to: .number(file), for: step)
    }

    /// The kernel deactivates the tag and resets the controller, for which the thread must still answer.
    package func tearDown() {
        close(socket)
        // NFC_CMD_DEV_DOWN; a kernel that refuses it frees the controller with the device.
        _ = try? netlink.send(
            command: 3, version: 1, attributes: [NetlinkAttribute(1, u32: controller.index)],
            operation: "NFC down")
        // Safety: started in init, stopped once.
        unsafe kl_nfc_tag_stop(tag)
    }
}
