// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// The air around the simulated radios: every frame that one of them sends, their beacons too.
///
/// `mac80211_hwsim_monitor_rx()` in drivers/net/wireless/virtual/mac80211_hwsim.c gives a copy of each to the interface
/// `hwsim0` while that is up.
package final class WifiAir: Stimulus {
    package var exports: [String: UInt64] { [:] }
    private let listener: FileDescriptor

    private static let interface = "hwsim0"
    /// ETH_P_ALL.
    private static let everything: [UInt8] = [0x00, 0x03]

    package init(_ request: StimulusRequest, arena: Arena) throws {
        try NetworkInterface.set(Self.interface, up: true)
        listener = try NetworkInterface.listen(on: Self.interface, ethertype: Self.everything)
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        guard step.verb == "wifi-hear" else { throw StimulusError("the air has no step '\(step.verb)'") }
        // Nothing of the frame is wanted: a buffer without length takes one out of the queue.
        builder.primary(
            Int(SYS_recvfrom),
            [.number(listener.number), .value(0), .value(0), .value(0), .value(0), .value(0)],
            promise: step.promise, keep: step.keep)
    }

    package func tearDown() {
        try? NetworkInterface.set(Self.interface, up: false)
    }
}
