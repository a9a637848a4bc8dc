// SPDX-License-Identifier: Apache-2.0

import AgentProtocol

/// Frames put together byte by byte, without the encoder.
enum FrameBytes {
    /// The bytes of hexadecimal digits; everything else in the text is ignored.
    static func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue).map { UInt8($0) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// A frame with a true header around any payload.
    static func frame(kind: UInt8, _ payload: [UInt8]) -> [UInt8] {
        little(UInt32(payload.count + 1)) + [kind] + payload
    }

    /// A 32-bit number in little-endian byte order.
    static func little(_ number: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Everything one piece of a stream decodes to; the error that ended it is thrown.
    static func decode<Message>(
        _ bytes: [UInt8], as type: Message.Type = Message.self
    ) throws(ProtocolError) -> [Message] where Message: FramedMessage {
        var decoder = FrameDecoder<Message>()
        decoder.append(bytes)
        var messages: [Message] = []
        while let message = try decoder.next() { messages.append(message) }
        return messages
    }
}
