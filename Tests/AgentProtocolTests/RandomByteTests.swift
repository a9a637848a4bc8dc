// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import TestSupport
import Testing

@Suite("Random bytes")
struct RandomByteTests {
    /// What became of the streams of one test.
    private struct Tally {
        var decoded = 0
        var refused: [String: Int] = [:]
    }

    @Test("100,000 changed frames decode or throw, and what decodes comes back the same", arguments: [1, 2])
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tally = Tally()
        let host = SampleMessages.host.map(\.frame)
        let agent = SampleMessages.agent.map(\.frame)
        for number in 0..<50_000 {
            let isHost = Bool.random(using: &random)
            let bytes = mutated(isHost ? host : agent, &random)
            if isHost {
                check(HostMessage.self, bytes, "seed \(seed), frame \(number)", &tally)
            } else {
                check(AgentMessage.self, bytes, "seed \(seed), frame \(number)", &tally)
            }
        }
        // Neither way may be rare, or the test would look at one kind of frame only.
        #expect(tally.decoded > 5000)
        let errors = ["frameTooLong", "truncated", "trailingBytes", "unknown", "notText"]
        for error in errors { #expect(tally.refused[error, default: 0] > 100, "\(error)") }
    }

    @Test("Payloads of random bytes decode or throw")
    func noise() {
        var random = SeededGenerator(seed: 3)
        var tally = Tally()
        for number in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...96, using: &random)).map { _ in
                // Small numbers are common in true frames: lengths, counts and tags.
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...5, using: &random) : .random(in: 0...255, using: &random)
            }
            let kind = UInt8.random(in: 0...12, using: &random)
            let frame = FrameBytes.frame(kind: kind, bytes)
            check(HostMessage.self, frame, "payload \(number)", &tally)
            check(AgentMessage.self, frame, "payload \(number)", &tally)
            check(HostMessage.self, bytes, "stream \(number)", &tally)
        }
        #expect(tally.refused.values.reduce(0, +) > 1000)
    }

    /// Decodes a stream; the messages that come out must encode to what decodes to them.
    private func check<Message: FramedMessage & Equatable>(
        _ type: Message.Type, _ bytes: [UInt8], _ place: @autoclosure () -> String, _ tally: inout Tally
    ) {
        var decoder = FrameDecoder<Message>()
        decoder.append(bytes)
        do {
            while let message = try decoder.next() {
                tally.decoded += 1
                guard (try? FrameBytes.decode(message.frame)) != [message] else { continue }
                Issue.record("\(place()): \(message) does not come back")
            }
        } catch {
            tally.refused[name(of: error), default: 0] += 1
        }
    }

    private func name(of error: ProtocolError) -> String {
        switch error {
        case .frameTooLong: "frameTooLong"
        case .truncated: "truncated"
        case .trailingBytes: "trailingBytes"
        case .unknown: "unknown"
        case .notText: "notText"
        case .tooDeep: "tooDeep"
        }
    }

    /// One frame, or two joined somewhere, with one to four changes; in most of them the header is true again.
    private func mutated(_ frames: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        func pick(_ random: inout SeededGenerator) -> [UInt8] {
            frames[Int.random(in: frames.indices, using: &random)]
        }
        var bytes = pick(&random)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = .random(in: 0...255, using: &random)
            case 2: bytes[place] = .random(in: 0...5, using: &random)
            case 3: bytes.insert(.random(in: 0...255, using: &random), at: place)
            case 4:
                bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &random)))
            case 5:
                bytes.replaceSubrange(place..<min(bytes.count, place + 4), with: [0xff, 0xff, 0xff, 0xff])
            case 6: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 32)], at: place)
            default: bytes = bytes[..<place] + pick(&random)
            }
        }
        guard bytes.count > 4, Int.random(in: 0..<8, using: &random) > 0 else { return bytes }
        return FrameBytes.little(UInt32(bytes.count - 4)) + bytes[4...]
    }
}
