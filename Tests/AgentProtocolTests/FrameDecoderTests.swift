// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Testing

@Suite("Frames out of a stream")
struct FrameDecoderTests {
    @Test("A stream cut anywhere gives the same messages, each as soon as its last byte is there")
    func cuts() throws {
        try checkCuts(SampleMessages.host)
        try checkCuts(SampleMessages.agent)
    }

    private func checkCuts<Message: FramedMessage & Equatable>(_ messages: [Message]) throws {
        let stream = messages.flatMap(\.frame)
        let ends = messages.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.frame.count) }.dropFirst()
        for cut in 0...stream.count {
            var decoder = FrameDecoder<Message>()
            decoder.append(stream[..<cut])
            let early = try drain(&decoder)
            #expect(early.count == ends.count { $0 <= cut })
            decoder.append(stream[cut...])
            #expect(try early + drain(&decoder) == messages)
        }
    }

    @Test("A stream in pieces of any size gives the same messages")
    func pieces() throws {
        try checkPieces(SampleMessages.host)
        try checkPieces(SampleMessages.agent)
    }

    private func checkPieces<Message: FramedMessage & Equatable>(_ messages: [Message]) throws {
        let stream = messages.flatMap(\.frame)
        for size in 1...stream.count {
            var decoder = FrameDecoder<Message>()
            var received: [Message] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                decoder.append(stream[start..<min(start + size, stream.count)])
                received += try drain(&decoder)
            }
            #expect(received == messages, "pieces of \(size) bytes")
        }
    }

    @Test("Messages before a bad frame are delivered; after it there is only its error")
    func afterAnError() throws {
        var decoder = FrameDecoder<HostMessage>()
        decoder.append(HostMessage.park.frame + FrameBytes.frame(kind: 99, []) + HostMessage.powerOff.frame)
        #expect(try decoder.next() == .park)
        let error = ProtocolError.unknown(what: "message of the host", number: 99)
        for _ in 0..<3 {
            #expect(throws: error) { try decoder.next() }
            decoder.append(HostMessage.inspect(handles: []).frame)
        }
    }

    @Test("A header that is too long is an error before any of its bytes arrive")
    func earlyLengthError() throws {
        var decoder = FrameDecoder<AgentMessage>()
        decoder.append([0x01, 0x00, 0x10])
        #expect(try decoder.next() == nil)
        decoder.append([0x00])
        #expect(throws: ProtocolError.frameTooLong(1 << 20 | 1)) { try decoder.next() }
    }

    private func drain<Message>(_ decoder: inout FrameDecoder<Message>) throws -> [Message] {
        var messages: [Message] = []
        while let message = try decoder.next() { messages.append(message) }
        return messages
    }
}
