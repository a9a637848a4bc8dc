// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// The medium between the simulated radios: a step lets a radio receive a frame.
///
/// `hwsim_cloned_frame_received_nl()` in drivers/net/wireless/virtual/mac80211_hwsim.c allocates the packet in the calling
/// thread, so it carries that thread's handle through the receive softirq (`ieee80211_rx_list()`) into the work of the
/// interface (`ieee80211_iface_work()`). While somebody plays the medium the radios do not hear each other.
package final class WifiMedium: Stimulus {
    package var exports: [String: UInt64] { [:] }
    private let netlink: GenericNetlink
    /// The messages of the steps, by verb.
    private let messages: [String: Packet]
    private let station: UInt32?

    /// The second address of the second radio, by which it is known to the medium.
    private static let receiver: [UInt8] = [0x42, 0, 0, 0, 1, 0]
    private static let stationName = "station"
    private static let sender: [UInt8] = [0x02, 0, 0, 0, 9, 9]
    /// Frame control and destination; the medium takes nothing shorter than three addresses.
    private static let acknowledgement: [UInt8] =
        [0xd4, 0x00, 0x00, 0x00] + [UInt8](repeating: 0xff, count: 6) + [UInt8](repeating: 0, count: 14)

    package init(_ request: StimulusRequest, arena: Arena) throws {
        try WifiFrames.joinRadios()
        station = request.arguments["shared"] == .integer(1) ? try Self.addStation() : nil
        var netlink = try GenericNetlink(family: "MAC80211_HWSIM")
        // HWSIM_CMD_REGISTER.
        try netlink.send(command: 1, version: 1, attributes: [], operation: "play the medium")
        messages = try [
            "wifi-inject": WifiFrames.probeRequest(from: Self.sender),
            "wifi-inject-ack": Self.acknowledgement,
        ]
        .mapValues { frame in
            // HWSIM_CMD_FRAME with ADDR_RECEIVER, FRAME, RX_RATE and SIGNAL.
            let bytes = netlink.encoded(
                command: 2, version: 1,
                attributes: [
                    NetlinkAttribute(1, bytes: Self.receiver), NetlinkAttribute(3, bytes: frame),
                    NetlinkAttribute(5, u32: 1), NetlinkAttribute(6, u32: 0),
                ])
            return try Packet(bytes, in: arena)
        }
        self.netlink = netlink
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        guard let message = messages[step.verb] else {
            throw StimulusError("the medium has no step '\(step.verb)'")
        }
        builder.write(message, to: .number(netlink.number), for: step)
    }

    /// A second interface of the second radio, that is up and belongs to no network.
    private static func addStation() throws -> UInt32 {
        let index = try SystemFile.read("/sys/class/net/wlan1/phy80211/index")
        guard let radio = UInt32(index.filter(\.isNumber)) else {
            throw StimulusError("wlan1 belongs to the radio '\(index)', which is no number")
        }
        var nl80211 = try GenericNetlink(family: "nl80211")
        // NL80211_CMD_NEW_INTERFACE with WIPHY, IFNAME and IFTYPE = NL80211_IFTYPE_STATION.
        try nl80211.send(
            command: 7,
            attributes: [
                NetlinkAttribute(1, u32: radio), NetlinkAttribute(4, bytes: Array(stationName.utf8) + [0]),
                NetlinkAttribute(5, u32: 2),
            ], operation: "add a station to the second radio")
        try NetworkInterface.set(stationName, up: true)
        // Safety: the string lives for the call.
        return unsafe if_nametoindex(stationName)
    }

    /// Closing the socket gives the medium back.
    package func tearDown() {
        guard let station, var nl80211 = try? GenericNetlink(family: "nl80211") else { return }
        // NL80211_CMD_DEL_INTERFACE; the next program adds one under the same name, and says when this one is still there.
        _ = try? nl80211.send(
            command: 8, attributes: [NetlinkAttribute(3, u32: station)], operation: "remove the station")
    }
}
