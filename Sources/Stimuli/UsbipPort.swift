// SPDX-License-Identifier: Apache-2.0

package import AgentProtocol
internal import CGuest
internal import Glibc
package import GuestKernel

/// A port of the virtual USB/IP controller whose receiver blocks inside its section until a step lets it go.
///
/// `vhci_rx_loop()` in drivers/usb/usbip/vhci_rx.c enters the section before it waits for a message, under the handle that
/// `attach_store()` in vhci_sysfs.c took from the attaching task. That makes it the one section whose begin and end steps
/// decide. The far end is a thread of the agent (usbip.c). The controller has two buses, one for each kind of port.
@safe package final class UsbipPort: Stimulus {
    package let exports: [String: UInt64]
    private let usbip: UnsafeMutablePointer<kl_usbip>
    private let port: Int32
    private let hub: Hub
    private let connections: [Connection]
    private let path: UInt64
    private let file: UInt64
    private let broken: UInt64
    private let serving: UInt64
    private let answered: UInt64
    private let most: UInt64
    private let waiting: UInt64
    private let gone: UInt64
    /// How long the kernel waited for a device's first answer before; nil where that was not changed.
    private let patience: String?

    private static let controller = "/sys/devices/platform/vhci_hcd.0"
    private static let patienceFile = "/sys/module/usbcore/parameters/initial_descriptor_timeout"
    /// The size of a message's head; one of zeros is no message the kernel knows.
    private static let headSize = 48
    /// More than a controller has (VHCI_PORTS).
    private static let mostPorts: Int32 = 64

    package init(_ request: StimulusRequest, arena: Arena) throws {
        let hub = request.kind == "usbip-super" ? Hub.superSpeed : .highSpeed
        let others = if case .integer(let number)? = request.arguments["beside"] { number } else { UInt64(0) }
        // Lazily: each look at a port reads the state of all.
        let free = (0..<Self.mostPorts).lazy.filter(hub.hasFree).dropFirst(Int(clamping: others))
        guard let port = free.first else {
            throw StimulusError(
                "\(Self.controller) has no free port for this: the kernel needs CONFIG_USBIP_VHCI_HCD")
        }
        if case .integer(let milliseconds)? = request.arguments["patience"] {
            patience = try SystemFile.read(Self.patienceFile)
            try SystemFile.write("\(milliseconds)", to: Self.patienceFile)
        } else {
            patience = nil
        }
        exports = try hub.buses(below: Self.controller)
        self.hub = hub
        self.port = port
        connections = try (0..<Int(KL_USBIP_CONNECTIONS)).map { _ in
            try Connection(port: port, hub: hub, arena: arena)
        }
        path = try arena.place("\(Self.controller)/attach")
        file = try arena.word()
        broken = try arena.place([UInt8](repeating: 0, count: Self.headSize))
        serving = try arena.word(0)
        answered = try arena.word(0)
        most = try arena.word(0)
        waiting = try arena.word(0)
        gone = try arena.word(1)
        // Safety: the arena outlives the thread, which tearDown ends.
        unsafe usbip = try arena.allocate(1, of: kl_usbip.self)
        unsafe usbip.pointee.serving = UnsafeMutablePointer(bitPattern: UInt(serving))
        unsafe usbip.pointee.answered = UnsafeMutablePointer(bitPattern: UInt(answered))
        unsafe usbip.pointee.most = UnsafeMutablePointer(bitPattern: UInt(most))
        unsafe usbip.pointee.waiting = UnsafeMutablePointer(bitPattern: UInt(waiting))
        unsafe usbip.pointee.gone = UnsafeMutablePointer(bitPattern: UInt(gone))
        unsafe usbip.pointee.peers = (connections[0].far.number, connections[1].far.number)
        unsafe usbip.pointee.port = port
        unsafe usbip.pointee.hub = CChar(hub.letter)
        let error = unsafe kl_usbip_start(usbip)
        guard error == 0 else { throw StimulusError("no thread for USB/IP: errno \(error)") }
    }

    package func emit(_ step: StimulusStep, into builder: inout OperationBuilder) throws {
        let number = try step.constant("connection", default: 0)
        guard number < UInt64(connections.count) else {
            throw StimulusError(
                "a USB/IP port has the connections 0 to \(connections.count - 1), not \(number)")
        }
        let connection = connections[Int(number)]
        switch step.verb {
        case "usbip-attach":
            builder.call(
                Int(SYS_openat), [.number(AT_FDCWD), .value(path), .number(O_WRONLY | O_CLOEXEC)], keep: file)
            builder.write(connection.request, to: .word(at: file), for: step)
            builder.call(Int(SYS_close), [.word(at: file)])
            builder.store(.value(0), at: .value(waiting))
            builder.waitUntil(wordAt: waiting, atLeast: .value(1))
        case "usbip-serve":
            builder.store(.value(0), at: .value(answered))
            builder.store(.value(try step.constant("most", default: .max)), at: .value(most))
            builder.store(.value(1), at: .value(serving))
            let count = try step.constant("answers", default: 1)
            builder.primary(KL_WAIT_COUNT, [.value(answered), .value(count)], keep: step.keep)
        case "usbip-break":
            builder.store(.value(0), at: .value(serving))
            builder.call(
                Int(SYS_write), [.number(connection.far.number), .value(broken), .number(Self.headSize)])
            builder.primary(KL_WAIT_COUNT, [.value(gone), .value(1)], keep: step.keep)
        default:
            throw StimulusError("a USB/IP port has no step '\(step.verb)'")
        }
    }

    package func tearDown() {
        // Safety: started in init, stopped once.
        unsafe kl_usbip_stop(usbip)
        if isTaken { try? SystemFile.write("\(port)", to: "\(Self.controller)/detach") }
        if let patience { try? SystemFile.write(patience, to: Self.patienceFile) }
        // The next program needs the port; one that stays taken shows there.
        try? waitUntil(milliseconds: 10_000, for: "the port to be free") { !isTaken }
    }

    private var isTaken: Bool { !hub.hasFree(port) }
}

/// What a port can be attached to once.
private final class Connection {
    let near: FileDescriptor
    let far: FileDescriptor
    /// What is written to attach: port, socket, device number, speed.
    let request: Packet

    init(port: Int32, hub: Hub, arena: Arena) throws {
        var pair: [Int32] = [0, 0]
        try kernel("socketpair") {
            // Safety: the array has room for both numbers.
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
        }
        near = FileDescriptor(owning: pair[0])
        far = FileDescriptor(owning: pair[1])
        let text = Array("\(port) \(pair[0]) 7 \(hub.rawValue)".utf8)
        request = try Packet(text, in: arena)
    }
}

/// One of the two hubs of a controller, each the root of a bus.
private enum Hub: Int32 {
    /// USB_SPEED_HIGH and USB_SPEED_SUPER (include/uapi/linux/usb/ch9.h), which a device at such a port must have.
    case highSpeed = 3
    case superSpeed = 5

    var letter: UInt8 {
        switch self {
        case .highSpeed: UInt8(ascii: "h")
        case .superSpeed: UInt8(ascii: "s")
        }
    }

    func hasFree(_ port: Int32) -> Bool { kl_usbip_is_free(port, CChar(letter)) }

    /// The numbers of its bus and of the other one.
    func buses(below controller: String) throws -> [String: UInt64] {
        var result: [String: UInt64] = [:]
        for name in SystemFile.names(in: controller) where name.hasPrefix("usb") {
            guard let number = UInt64(name.dropFirst(3)) else { continue }
            // Megabits a second, which only a SuperSpeed root hub has thousands of.
            let isSuper = try SystemFile.read("\(controller)/\(name)/speed").count > 4
            result[isSuper == (self == .superSpeed) ? "bus" : "other-bus"] = number
        }
        return result
    }
}
