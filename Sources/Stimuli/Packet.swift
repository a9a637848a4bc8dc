// SPDX-License-Identifier: Apache-2.0

internal import CGuest
internal import GuestKernel

/// Bytes in the arena that a step hands to the kernel with one write.
struct Packet {
    let address: UInt64
    let length: Int

    init(_ bytes: [UInt8], in arena: Arena) throws {
        address = try arena.place(bytes)
        length = bytes.count
    }
}

extension OperationBuilder {
    /// Adds the write that a step is.
    mutating func write(_ packet: Packet, to descriptor: Operand, for step: StimulusStep) {
        primary(
            Int(SYS_write), [descriptor, .value(packet.address), .number(packet.length)],
            promise: step.promise, keep: step.keep)
    }
}
