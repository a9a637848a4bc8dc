// SPDX-License-Identifier: Apache-2.0

/// A message that travels in a frame.
public protocol FramedMessage: Sendable {
    /// The frame's kind byte and payload.
    func encoded() -> (kind: UInt8, payload: [UInt8])
    /// Reads a payload; the whole of it must be used.
    static func decoded(kind: UInt8, payload: ArraySlice<UInt8>) throws(ProtocolError) -> Self
}

extension FramedMessage {
    /// The whole frame: length of kind and payload (u32), kind (u8), payload.
    public var frame: [UInt8] {
        let (kind, payload) = encoded()
        var writer = ByteWriter()
        writer.write(UInt32(payload.count + 1))
        writer.write(kind)
        return writer.bytes + payload
    }
}

/// Cuts a byte stream into messages.
///
/// Bytes may arrive in any pieces. After an error the stream is useless: there is no way to find the next frame, and
/// every further call throws the same error.
public struct FrameDecoder<Message: FramedMessage>: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0
    private var failure: ProtocolError?

    public init() {}

    /// Adds bytes that arrived; after an error they are dropped.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        guard failure == nil else { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Takes the next complete message; nil when more bytes are needed.
    public mutating func next() throws(ProtocolError) -> Message? {
        if let failure { throw failure }
        do {
            return try take()
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    private mutating func take() throws(ProtocolError) -> Message? {
        var header = ByteReader(buffer[start...])
        guard header.remaining >= 4 else { return nil }
        let length = try header.read(UInt32.self)
        guard length <= ProtocolVersion.frameLimit else { throw .frameTooLong(length) }
        guard length > 0 else { throw .truncated }
        guard header.remaining >= Int(length) else { return nil }
        let kind = try header.read(UInt8.self)
        let payload = buffer[(start + 5)..<(start + 4 + Int(length))]
        start += 4 + Int(length)
        return try Message.decoded(kind: kind, payload: payload)
    }
}
