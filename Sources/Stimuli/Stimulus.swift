// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
package import GuestKernel

/// A way to make the kernel run a coverage section, ready for one program.
///
/// Set-up happens in the agent, untraced, before the program's process exists. Steps become operations of the task
/// that runs them, so that the kernel sees that task as the one who acts.
package protocol Stimulus: AnyObject, SendableMetatype {
    /// Sets everything up; afterwards the steps of the program can run.
    init(_ request: StimulusRequest, arena: Arena) throws

    /// The values offered to steps.
    var exports: [String: UInt64] { get }

    /// Where the number of its file descriptor is while it is open, for steps that take a descriptor; nil without one.
    var descriptor: UInt64? { get }

    /// Adds the operations of one step. The last one that is not bookkeeping is the builder's `primary`.
    func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws

    /// Undoes the set-up after the program's processes are gone.
    func tearDown()
}

extension Stimulus {
    package var descriptor: UInt64? { nil }
}

/// A step of a stimulus with its arguments resolved.
package struct StimulusStep {
    package let verb: String
    package let arguments: [String: Operand]
    package let promise: ResultPromise
    /// Where the result is kept; 0 means nowhere.
    package let keep: UInt64

    package init(verb: String, arguments: [String: Operand], promise: ResultPromise, keep: UInt64) {
        self.verb = verb
        self.arguments = arguments
        self.promise = promise
        self.keep = keep
    }

    /// A number that must be known before the program starts.
    package func constant(_ name: String, default fallback: UInt64) throws(StimulusError) -> UInt64 {
        switch arguments[name] {
        case nil: return fallback
        case .value(let value): return value
        case .word: throw StimulusError("\(verb): '\(name)' must be known before the program starts")
        }
    }
}

/// Why a stimulus cannot be set up or a step of it makes no sense.
package struct StimulusError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// The agent's side of `StimulusCatalog`.
package enum StimulusTable {
    private static let types: [String: any Stimulus.Type] = [
        "vhost-net": VhostDevice.self,
        "vhost-tap": VhostTap.self,
        "vhost-scsi": VhostDevice.self,
        "vhost-vsock": VhostDevice.self,
        "vsock-peer": VsockPeer.self,
        "usb-gadget": UsbGadget.self,
        "usbip": UsbipPort.self, "usbip-super": UsbipPort.self,
        "bluetooth": BluetoothController.self,
        "bluetooth-init": BluetoothController.self,
        "nfc": NfcDevice.self,
        "nfc-tag": NfcTag.self,
        "wifi": WifiFrames.self,
        "wifi-air": WifiAir.self,
        "wifi-medium": WifiMedium.self,
    ]

    /// Sets up the stimulus a program asks for.
    package static func prepare(_ request: StimulusRequest, arena: Arena) throws -> any Stimulus {
        guard let type = types[request.kind] else {
            throw StimulusError("this agent has no stimulus '\(request.kind)'")
        }
        return try type.init(request, arena: arena)
    }

    /// The kinds this agent can set up.
    package static var kinds: [String] { types.keys.sorted() }
}
