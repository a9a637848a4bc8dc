// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import KcovModel

/// An attribute of a netlink message (struct nlattr).
package struct NetlinkAttribute {
    let type: UInt16
    let payload: [UInt8]

    package init(_ type: UInt16, bytes: [UInt8]) {
        self.type = type
        payload = bytes
    }

    package init(_ type: UInt16, u32 value: UInt32) {
        self.init(type, bytes: littleEndian(value))
    }

    /// A flag: present or absent, without a value.
    package init(flag type: UInt16) {
        self.init(type, bytes: [])
    }

    var encoded: [UInt8] {
        let length = 4 + payload.count
        return littleEndian(UInt16(length)) + littleEndian(type) + payload
            + [UInt8](repeating: 0, count: (4 - length % 4) % 4)
    }
}

extension NetlinkAttribute {
    /// The payload of the first attribute of this type; attributes may nest, then it holds attributes itself.
    package static func payload(of wanted: UInt16, in attributes: [UInt8]) -> [UInt8]? {
        var offset = 0
        while offset + 4 <= attributes.count {
            let length = Int(attributes[offset]) | Int(attributes[offset + 1]) << 8
            let type = UInt16(attributes[offset + 2]) | UInt16(attributes[offset + 3]) << 8
            guard length >= 4, offset + length <= attributes.count else { return nil }
            // The two highest bits are NLA_F_NESTED and NLA_F_NET_BYTEORDER.
            if type & 0x3fff == wanted { return Array(attributes[(offset + 4)..<(offset + length)]) }
            offset += (length + 3) / 4 * 4
        }
        return nil
    }
}

/// The bytes of an integer, least significant first.
package func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
}

/// A socket to one generic netlink family (net/netlink/genetlink.c).
package struct GenericNetlink: ~Copyable {
    private static let controlFamily: UInt16 = 0x10
    /// NLMSG_ERROR, which also carries acknowledgements.
    private static let errorMessage: UInt16 = 2
    /// A struct nlmsghdr and a struct genlmsghdr.
    private static let headersLength = 20
    private let socket: FileDescriptor
    private let family: UInt16
    private var sequence: UInt32 = 0

    /// Connects to the family of this name.
    package init(family name: String) throws(KernelError) {
        let number = try kernel("socket AF_NETLINK") {
            Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 16)
        }
        let socket = FileDescriptor(owning: number)
        family = try Self.lookUp(name, through: socket)
        self.socket = socket
    }

    /// Asks the controller for a family's number (CTRL_CMD_GETFAMILY).
    private static func lookUp(
        _ name: String, through socket: borrowing FileDescriptor
    ) throws(KernelError) -> UInt16 {
        // CTRL_ATTR_FAMILY_NAME is 2, CTRL_ATTR_FAMILY_ID is 1.
        let operation = "generic netlink family \(name)"
        let request = message(
            family: controlFamily, command: 3, version: 1, sequence: 0,
            attributes: [NetlinkAttribute(2, bytes: Array(name.utf8) + [0])])
        let answer = try exchange(request, operation, through: socket)
        guard let id = NetlinkAttribute.payload(of: 1, in: answer), id.count == 2 else {
            throw KernelError(errno: Errno(rawValue: ENOENT), operation: operation)
        }
        return UInt16(id[0]) | UInt16(id[1]) << 8
    }

    /// Sends a command and waits for the kernel's acknowledgement.
    ///
    /// - Returns: The attributes of the kernel's answer, none where the command has no answer.
    /// - Throws: `KernelError` with the errno of the acknowledgement.
    @discardableResult
    package mutating func send(
        command: UInt8, version: UInt8 = 0, attributes: [NetlinkAttribute], operation: String
    ) throws(KernelError) -> [UInt8] {
        sequence += 1
        return try Self.exchange(
            Self.message(
                family: family, command: command, version: version, sequence: sequence, attributes: attributes
            ), operation, through: socket)
    }

    /// The number of the socket, for a task that sends a message itself.
    package var number: Int32 { socket.number }

    /// A command as bytes, for which the kernel sends no acknowledgement.
    package func encoded(
        command: UInt8, version: UInt8 = 0, attributes: [NetlinkAttribute]
    ) -> [UInt8] {
        Self.message(
            family: family, command: command, version: version, sequence: 0, attributes: attributes,
            acknowledged: false)
    }

    /// Writes a message and reads up to its acknowledgement.
    private static func exchange(
        _ message: [UInt8], _ operation: String, through socket: borrowing FileDescriptor
    ) throws(KernelError) -> [UInt8] {
        try socket.write(message)
        var attributes: [UInt8] = []
        while true {
            let answer = try socket.read(upTo: 1 << 15)
            guard messageType(answer) == errorMessage, answer.count >= 20 else {
                attributes = Array(answer.dropFirst(headersLength))
                continue
            }
            let code = (0..<4).reduce(UInt32(0)) { $0 | UInt32(answer[16 + $1]) << UInt32($1 * 8) }
            let number = -Int32(bitPattern: code)
            if number != 0 { throw KernelError(errno: Errno(rawValue: number), operation: operation) }
            return attributes
        }
    }

    private static func messageType(_ bytes: [UInt8]) -> UInt16 {
        bytes.count >= 6 ? UInt16(bytes[4]) | UInt16(bytes[5]) << 8 : 0
    }

    /// A struct nlmsghdr, a struct genlmsghdr, the attributes.
    ///
    /// Flags: NLM_F_REQUEST, and NLM_F_ACK where an acknowledgement is wanted.
    private static func message(
        family: UInt16, command: UInt8, version: UInt8, sequence: UInt32, attributes: [NetlinkAttribute],
        acknowledged: Bool = true
    ) -> [UInt8] {
        let body = [command, version, 0, 0] + attributes.flatMap(\.encoded)
        return littleEndian(UInt32(16 + body.count)) + littleEndian(family)
            + littleEndian(UInt16(acknowledged ? 5 : 1))
            + littleEndian(sequence) + littleEndian(UInt32(0)) + body
    }
}
