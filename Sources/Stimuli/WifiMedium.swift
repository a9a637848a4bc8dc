// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// The medium between the simulated radios: a step lets a radio receive a management frame.
///
/// `hwsim_cloned_frame_received_nl()` in drivers/net/wireless/virtual/mac80211_hwsim.c allocates the packet in the calling
/// thread, so it carries that thread's handle through the receive softirq (`ieee80211_rx_list()`) into the work of the
/// interface (`ieee80211_iface_work()`). While somebody plays the medium the radios do not hear each other.
package final class WifiMedium: Stimulus {
    package var exports: [String: UInt64] { [:] }
    private let netlink: GenericNetlink
    private let message: (address: UInt64, length: Int)

    /// The second address of the second radio, by which it is known to the medium.
    private static let receiver: [UInt8] = [0x42, 0, 0, 0, 1, 0]
    private static let sender: [UInt8] = [0x02, 0, 0, 0, 9, 9]

    package init(_ request: StimulusRequest, arena: Arena) throws {
        try WifiFrames.joinRadios()
        var netlink = try GenericNetlink(family: "MAC80211_HWSIM")
        // HWSIM_CMD_REGISTER.
        try netlink.send(command: 1, version: 1, attributes: [], operation: "play the medium")
        // A probe request: frame control, duration, destination, source, network, sequence; SSID and one rate.
        let frame: [UInt8] =
            [0x40, 0x00, 0x00, 0x00] + [UInt8](repeating: 0xff, count: 6) + Self.sender
            + WifiFrames.network + [0x00, 0x00] + [0, UInt8(WifiFrames.name.count)] + WifiFrames.name
            + [1, 1, 0x82]
        // HWSIM_CMD_FRAME with ADDR_RECEIVER, FRAME, RX_RATE and SIGNAL.
        let bytes = netlink.encoded(
            command: 2, version: 1,
            attributes: [
                NetlinkAttribute(1, bytes: Self.receiver), NetlinkAttribute(3, bytes: frame),
                NetlinkAttribute(5, u32: 1), NetlinkAttribute(6, u32: 0),
            ])
        message = (try arena.place(bytes), bytes.count)
        self.netlink = netlink
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        builder.primary(
            Int(SYS_write), [.number(netlink.number), .value(message.address), .number(message.length)],
            promise: step.promise, keep: step.keep)
    }

    /// Closing the socket gives the medium back.
    package func tearDown() {}
}
