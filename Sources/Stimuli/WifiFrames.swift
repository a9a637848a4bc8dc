// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel
internal import KcovModel

/// Two simulated radios in one IBSS; a frame sent on the first is received by the second in softirq.
///
/// The sender's `dev_queue_xmit()` runs with bottom halves off; mac80211_hwsim copies the frame and schedules the
/// receive tasklet, which runs when bottom halves go on again, still in the sending thread. The skb carries the common
/// handle of that thread.
package final class WifiFrames: Stimulus {
    package let exports: [String: UInt64]
    private let socket: FileDescriptor
    private let frame: (address: UInt64, length: Int)
    private let destination: (address: UInt64, length: Int)
    private var netlink: GenericNetlink
    /// The messages that send management frames, by verb.
    private let management: [String: Packet]

    private static let interfaces = ["wlan0", "wlan1"]
    /// The SSID and the BSSID.
    static let name = Array("kcovlab".utf8)
    static let network = [UInt8](repeating: 0x50, count: 6)
    /// In MHz.
    private static let frequency: UInt32 = 2412
    /// An ethertype for local experiments, so that no protocol handler takes the frame.
    private static let ethertype: [UInt8] = [0x88, 0xb5]

    package init(_ request: StimulusRequest, arena: Arena) throws {
        let indexes = try Self.joinRadios()
        socket = try NetworkInterface.packetSocket()
        let source = try Self.address(of: Self.interfaces[0])
        let bytes = [UInt8](repeating: 0xff, count: 6) + source + Self.ethertype
        frame = (try arena.place(bytes + [UInt8](repeating: 0x5a, count: 64 - bytes.count)), 64)
        destination = (try arena.place(Self.linkAddress(index: indexes[0])), 20)
        exports = ["ifindex": UInt64(indexes[0])]
        let netlink = try GenericNetlink(family: "nl80211")
        // Up to 1024 bytes __netdev_alloc_skb() takes memory of kmalloc() for a packet, beyond that a part of a page.
        management = try ["wifi-send-short": 0, "wifi-send-long": 1024].mapValues { length in
            // NL80211_CMD_FRAME with IFINDEX, FRAME, WIPHY_FREQ and DONT_WAIT_FOR_ACK.
            let message = netlink.encoded(
                command: 59,
                attributes: [
                    NetlinkAttribute(3, u32: indexes[0]),
                    NetlinkAttribute(51, bytes: Self.probeRequest(from: source, length: length)),
                    NetlinkAttribute(38, u32: Self.frequency), NetlinkAttribute(flag: 142),
                ])
            return try Packet(message, in: arena)
        }
        self.netlink = netlink
        try warmUp(sender: source, receiver: indexes[1])
    }

    /// Makes both radios members of one network and waits until it exists.
    ///
    /// - Returns: The interface indexes of the radios.
    @discardableResult
    static func joinRadios() throws -> [UInt32] {
        let indexes = try interfaces.map { name in
            // Safety: the string lives for the call.
            let index = unsafe if_nametoindex(name)
            guard index != 0 else {
                throw StimulusError("\(name) is missing: the kernel needs CONFIG_MAC80211_HWSIM")
            }
            return index
        }
        try join(indexes)
        try awaitCarrier()
        return indexes
    }

    /// Sends frames without a handle until the receiver has averaged the signal of their sender.
    ///
    /// A sender that it never heard becomes a station later, in the work of the interface
    /// (`ieee80211_ibss_rx_no_sta()`), and the average of a station starts on another path than it goes on
    /// (`ewma_signal_add()` in net/mac80211/rx.c).
    private func warmUp(sender: [UInt8], receiver: UInt32) throws {
        try waitUntil(milliseconds: 30_000, for: "the second radio to know the first") {
            // Safety: both addresses were placed in the arena with these lengths.
            try kernel("send a first frame") {
                unsafe sendto(
                    socket.number, UnsafeRawPointer(bitPattern: UInt(frame.address)), frame.length, 0,
                    UnsafePointer<sockaddr>(bitPattern: UInt(destination.address)),
                    socklen_t(destination.length))
            }
            return try Self.hasAverage(of: sender, at: receiver, through: &netlink)
        }
    }

    /// Asks with NL80211_CMD_GET_STATION for NL80211_STA_INFO_SIGNAL_AVG in NL80211_ATTR_STA_INFO.
    private static func hasAverage(
        of sender: [UInt8], at receiver: UInt32, through nl80211: inout GenericNetlink
    ) throws -> Bool {
        do {
            let station = try nl80211.send(
                command: 17,
                attributes: [NetlinkAttribute(3, u32: receiver), NetlinkAttribute(6, bytes: sender)],
                operation: "ask for the station of the first radio")
            let information = NetlinkAttribute.payload(of: 21, in: station) ?? []
            return NetlinkAttribute.payload(of: 13, in: information).map { $0 != [0] } ?? false
        } catch {
            guard error.errno.rawValue == ENOENT else { throw error }
            return false
        }
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        switch step.verb {
        case "wifi-send":
            builder.primary(
                Int(SYS_sendto),
                [
                    .number(socket.number), .value(frame.address), .number(frame.length), .value(0),
                    .value(destination.address), .number(destination.length),
                ], promise: step.promise, keep: step.keep)
        default:
            guard let message = management[step.verb] else {
                throw StimulusError("the radios have no step '\(step.verb)'")
            }
            builder.write(message, to: .number(netlink.number), for: step)
        }
    }

    /// A probe request to everybody in the network, filled up with elements of a vendor.
    ///
    /// Frame control, duration, destination, source, network, sequence; SSID and one rate; then elements that nobody knows.
    static func probeRequest(from source: [UInt8], length: Int = 0) -> [UInt8] {
        var frame: [UInt8] =
            [0x40, 0x00, 0x00, 0x00] + [UInt8](repeating: 0xff, count: 6) + source + network + [0x00, 0x00]
            + [0, UInt8(name.count)] + name + [1, 1, 0x82]
        while frame.count < length { frame += [221, 200] + [UInt8](repeating: 0x5a, count: 200) }
        return frame
    }

    /// The radios stay joined: the next program finds them ready.
    package func tearDown() {}

    /// A struct sockaddr_ll for broadcast on one interface.
    private static func linkAddress(index: UInt32) -> [UInt8] {
        littleEndian(UInt16(AF_PACKET)) + ethertype + littleEndian(index) + littleEndian(UInt16(0)) + [0, 6]
            + [UInt8](repeating: 0xff, count: 6) + [0, 0]
    }

    private static func address(of name: String) throws -> [UInt8] {
        let text = try SystemFile.read("/sys/class/net/\(name)/address")
        return text.split { ":\n".contains($0) }.compactMap { UInt8($0, radix: 16) }
    }

    /// Makes both radios ad-hoc stations of one network; both are members already when nothing is left to do.
    private static func join(_ indexes: [UInt32]) throws {
        guard !isJoined else { return }
        var nl80211 = try GenericNetlink(family: "nl80211")
        for (radio, index) in zip(interfaces, indexes) {
            let interface = NetlinkAttribute(3, u32: index)
            // NL80211_CMD_SET_INTERFACE, NL80211_ATTR_IFTYPE = NL80211_IFTYPE_ADHOC.
            try nl80211.send(
                command: 6, attributes: [interface, NetlinkAttribute(5, u32: 1)],
                operation: "\(radio): ad-hoc"
            )
            try NetworkInterface.set(radio, up: true)
            // NL80211_CMD_JOIN_IBSS with SSID, WIPHY_FREQ, MAC (the BSSID) and FREQ_FIXED.
            try nl80211.send(
                command: 43,
                attributes: [
                    interface, NetlinkAttribute(52, bytes: name),
                    NetlinkAttribute(38, u32: frequency),
                    NetlinkAttribute(6, bytes: network),
                    NetlinkAttribute(flag: 60),
                ], operation: "\(radio): join")
        }
    }

    private static var isJoined: Bool {
        interfaces.allSatisfy { name in
            (try? SystemFile.read("/sys/class/net/\(name)/carrier"))?.hasPrefix("1") == true
        }
    }

    /// Waits until both radios have a carrier: the network exists.
    private static func awaitCarrier() throws {
        try waitUntil(milliseconds: 30_000, for: "the radios to join their network") { isJoined }
    }
}
