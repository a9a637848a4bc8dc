// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A virtual NFC controller that one thread switches on and another answers for.
///
/// Commands run under the handle of the thread that asked for them (`nci_cmd_work()` in net/nfc/nci/core.c), answers under
/// that of the thread that wrote them to the device (`nci_rx_work()`). Switching on waits inside the kernel until the
/// reset command is answered (`nci_open_device()`); the answer refuses it, so that nothing is left to time out.
package final class NfcDevice: Stimulus {
    package var exports: [String: UInt64] { [:] }
    package let descriptor: UInt64?
    private let controller: NfcController
    private let netlink: GenericNetlink
    private let up: Packet
    private let command: UInt64
    private let answer: Packet
    private let unread: [Packet]

    /// CORE_RESET_RSP with a status that is not OK, NCI version 1.0, configuration reset.
    private static let refusal: [UInt8] = [0x40, 0x00, 0x03, 0x01, 0x10, 0x01]
    /// The same with STATUS_OK; CORE_INIT_RSP with a status that is not OK.
    private static let unreadAnswers: [[UInt8]] = [
        [0x40, 0x00, 0x03, 0x00, 0x10, 0x01], [0x40, 0x01, 0x01, 0x01],
    ]

    package init(_ request: StimulusRequest, arena: Arena) throws {
        let controller = try NfcController()
        let netlink = try GenericNetlink(family: "nfc")
        // NFC_CMD_DEV_UP with NFC_ATTR_DEVICE_INDEX (include/uapi/linux/nfc.h).
        let message = netlink.encoded(
            command: 2, version: 1, attributes: [NetlinkAttribute(1, u32: controller.index)])
        up = try Packet(message, in: arena)
        command = try arena.allocate(256)
        answer = try Packet(Self.refusal, in: arena)
        unread = try Self.unreadAnswers.map { try Packet($0, in: arena) }
        descriptor = try arena.word(UInt64(controller.device.number))
        self.controller = controller
        self.netlink = netlink
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        switch step.verb {
        case "nfc-up":
            builder.write(up, to: .number(netlink.number), for: step)
        case "nfc-answer":
            builder.call(Int(SYS_read), [.number(controller.device.number), .value(command), .value(256)])
            builder.write(answer, to: .number(controller.device.number), for: step)
        case "nfc-answer-unread":
            let number = try step.constant("command", default: 0)
            guard number < UInt64(unread.count) else {
                throw StimulusError("an NFC device answers the commands 0 and 1 unread, not \(number)")
            }
            builder.write(unread[Int(number)], to: .number(controller.device.number), for: step)
        default:
            throw StimulusError("an NFC device has no step '\(step.verb)'")
        }
    }

    package func tearDown() {}
}
