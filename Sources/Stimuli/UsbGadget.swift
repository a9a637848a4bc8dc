// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
package import GuestKernel

/// A USB device behind dummy_hcd that steps plug in and out.
///
/// The device is answered from threads of the agent (gadget.c), which hold no coverage handle; what the program's
/// buffers get is the work of the hub task and the completion softirq under the handle of the bus (`hub_event()` in
/// drivers/usb/core/hub.c, `__usb_hcd_giveback_urb()` in hcd.c). Steps and these threads talk through words of the
/// arena, so that the calling task makes no system call.
@safe package final class UsbGadget: Stimulus {
    package let exports: [String: UInt64]
    private let gadget: UnsafeMutablePointer<kl_gadget>
    private let wanted: UInt64
    private let configured: UInt64
    private let gone: UInt64

    private static let controller = "/sys/devices/platform/dummy_hcd.0"

    package init(_ request: StimulusRequest, arena: Arena) throws {
        guard let bus = Self.busNumber() else {
            throw StimulusError("no bus below \(Self.controller): the kernel needs CONFIG_USB_DUMMY_HCD")
        }
        exports = ["bus": bus]
        wanted = try arena.word(0)
        configured = try arena.word(0)
        gone = try arena.word(1)
        // Safety: the arena outlives the threads, which tearDown ends; the path has room for any bus number.
        unsafe gadget = try arena.allocate(1, of: kl_gadget.self)
        unsafe gadget.pointee.wanted = UnsafeMutablePointer(bitPattern: UInt(wanted))
        unsafe gadget.pointee.configured = UnsafeMutablePointer(bitPattern: UInt(configured))
        unsafe gadget.pointee.gone = UnsafeMutablePointer(bitPattern: UInt(gone))
        let path = Array("/sys/bus/usb/devices/\(bus)-1/bConfigurationValue".utf8.prefix(95))
        unsafe withUnsafeMutableBytes(of: &gadget.pointee.configuration) { unsafe $0.copyBytes(from: path) }
        let error = unsafe kl_gadget_start(gadget)
        guard error == 0 else { throw StimulusError("no thread for the gadget: errno \(error)") }
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        switch step.verb {
        case "usb-plug":
            builder.store(.value(1), at: .value(wanted))
            builder.primary(KL_WAIT_COUNT, [.value(configured), .value(1)], keep: step.keep)
        case "usb-unplug":
            builder.store(.value(0), at: .value(wanted))
            builder.primary(KL_WAIT_COUNT, [.value(gone), .value(1)], keep: step.keep)
        default:
            throw StimulusError("a USB gadget has no step '\(step.verb)'")
        }
    }

    package func tearDown() {
        // Safety: started in init, stopped once.
        unsafe kl_gadget_stop(gadget)
    }

    /// The N of the one `usbN` below the controller.
    private static func busNumber() -> UInt64? {
        SystemFile.names(in: controller).lazy
            .filter { $0.hasPrefix("usb") }
            .compactMap { UInt64($0.dropFirst(3)) }
            .first
    }
}
