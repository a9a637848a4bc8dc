// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A port of the virtual USB/IP controller whose receiver blocks inside its section until a step lets it go.
///
/// `vhci_rx_loop()` in drivers/usb/usbip/vhci_rx.c enters the section before it waits for a message, under the handle that
/// `attach_store()` in vhci_sysfs.c took from the attaching task. That makes it the one section whose begin and end steps
/// decide. The far end is a thread of the agent (usbip.c).
@safe package final class UsbipPort: Stimulus {
    package var exports: [String: UInt64] { [:] }
    private let usbip: UnsafeMutablePointer<kl_usbip>
    private let port: Int
    private let near: FileDescriptor
    private let far: FileDescriptor
    private let path: UInt64
    private let request: (address: UInt64, length: Int)
    private let file: UInt64
    private let broken: UInt64
    private let serving: UInt64
    private let answered: UInt64
    private let waiting: UInt64
    private let gone: UInt64

    private static let controller = "/sys/devices/platform/vhci_hcd.0"
    /// The size of a message's head; one of zeros is no message the kernel knows.
    private static let headSize = 48
    /// VDEV_ST_NULL, as the status file shows it.
    private static let free = "004"

    package init(_ request: StimulusRequest, arena: Arena) throws {
        guard let port = try Self.ports().firstIndex(of: Self.free) else {
            throw StimulusError("\(Self.controller) has no free port: the kernel needs CONFIG_USBIP_VHCI_HCD")
        }
        self.port = port
        var pair: [Int32] = [0, 0]
        try kernel("socketpair") {
            // Safety: the array has room for both numbers.
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
        }
        near = FileDescriptor(owning: pair[0])
        far = FileDescriptor(owning: pair[1])
        path = try arena.place("\(Self.controller)/attach")
        // Port, socket, device number, USB_SPEED_HIGH.
        let text = Array("\(port) \(pair[0]) 7 3".utf8)
        self.request = (try arena.place(text), text.count)
        file = try arena.word()
        broken = try arena.place([UInt8](repeating: 0, count: Self.headSize))
        serving = try arena.word(0)
        answered = try arena.word(0)
        waiting = try arena.word(0)
        gone = try arena.word(1)
        // Safety: the arena outlives the thread, which tearDown ends.
        unsafe usbip = try arena.allocate(1, of: kl_usbip.self)
        unsafe usbip.pointee.serving = UnsafeMutablePointer(bitPattern: UInt(serving))
        unsafe usbip.pointee.answered = UnsafeMutablePointer(bitPattern: UInt(answered))
        unsafe usbip.pointee.waiting = UnsafeMutablePointer(bitPattern: UInt(waiting))
        unsafe usbip.pointee.gone = UnsafeMutablePointer(bitPattern: UInt(gone))
        unsafe usbip.pointee.peer = pair[1]
        let error = unsafe kl_usbip_start(usbip)
        guard error == 0 else { throw StimulusError("no thread for USB/IP: errno \(error)") }
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        switch step.verb {
        case "usbip-attach":
            builder.call(
                Int(SYS_openat), [.number(AT_FDCWD), .value(path), .number(O_WRONLY | O_CLOEXEC)], keep: file)
            builder.primary(
                Int(SYS_write), [.word(at: file), .value(request.address), .number(request.length)],
                promise: step.promise, keep: step.keep)
            builder.call(Int(SYS_close), [.word(at: file)])
            builder.waitUntil(wordAt: waiting, atLeast: .value(1))
        case "usbip-serve":
            builder.store(.value(1), at: .value(serving))
            let count = try step.constant("answers", default: 1)
            builder.primary(KL_WAIT_COUNT, [.value(answered), .value(count)], keep: step.keep)
        case "usbip-break":
            builder.store(.value(0), at: .value(serving))
            builder.call(
                Int(SYS_write), [.number(far.number), .value(broken), .number(Self.headSize)])
            builder.primary(KL_WAIT_COUNT, [.value(gone), .value(1)], keep: step.keep)
        default:
            throw StimulusError("a USB/IP port has no step '\(step.verb)'")
        }
    }

    package func tearDown() {
        // Safety: started in init, stopped once.
        unsafe kl_usbip_stop(usbip)
        if isTaken { try? SystemFile.write("\(port)", to: "\(Self.controller)/detach") }
        // The next program needs the port; one that stays taken shows there.
        try? waitUntil(milliseconds: 10_000, for: "the port to be free") { !isTaken }
    }

    private var isTaken: Bool {
        guard let ports = try? Self.ports(), port < ports.count else { return true }
        return ports[port] != Self.free
    }

    /// The state of each high-speed port.
    private static func ports() throws -> [String] {
        let status = (try? SystemFile.read("\(controller)/status")) ?? ""
        return status.split(separator: "\n").filter { $0.hasPrefix("hs") }.map { line in
            let fields = line.split(separator: " ")
            return fields.count > 2 ? String(fields[2]) : ""
        }
    }
}
