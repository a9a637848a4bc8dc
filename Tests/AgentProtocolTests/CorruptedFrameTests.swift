// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Testing

@Suite("Corrupted frames")
struct CorruptedFrameTests {
    /// A frame with one thing wrong, and the error that says so.
    struct Row: CustomTestStringConvertible, Sendable {
        let what: String
        let bytes: [UInt8]
        let error: ProtocolError

        /// A frame with a true header.
        init(_ what: String, kind: UInt8, _ payload: [UInt8], _ error: ProtocolError) {
            self.init(what, FrameBytes.frame(kind: kind, payload), error)
        }

        init(_ what: String, _ bytes: [UInt8], _ error: ProtocolError) {
            self.what = what
            self.bytes = bytes
            self.error = error
        }

        var testDescription: String { what }
    }

    @Test("From the host", arguments: headers + hostRows + valueRows + stepRows)
    func host(row: Row) {
        #expect(throws: row.error) { try FrameBytes.decode(row.bytes, as: HostMessage.self) }
    }

    @Test("From the agent", arguments: headers + agentRows + texts)
    func agent(row: Row) {
        #expect(throws: row.error) { try FrameBytes.decode(row.bytes, as: AgentMessage.self) }
    }

    @Test("A sample that ends early or goes on is refused at every place", arguments: SampleMessages.host)
    func hostLengths(message: HostMessage) {
        checkLengths(message)
    }

    @Test("An agent's sample that ends early or goes on is refused", arguments: SampleMessages.agent)
    func agentLengths(message: AgentMessage) {
        checkLengths(message)
    }

    private func checkLengths<Message: FramedMessage>(_ message: Message) {
        let (kind, payload) = message.encoded()
        for length in payload.indices {
            #expect(throws: ProtocolError.truncated, "\(length) of \(payload.count) bytes") {
                try Message.decoded(kind: kind, payload: payload[..<length])
            }
        }
        for extra in 1...9 {
            #expect(throws: ProtocolError.trailingBytes(extra)) {
                try Message.decoded(kind: kind, payload: (payload + [UInt8](repeating: 0, count: extra))[...])
            }
        }
    }

    // MARK: Rows

    private static let run = FrameBytes.little(7)
    private static let none = FrameBytes.little(0)
    private static let one = FrameBytes.little(1)
    private static let huge = FrameBytes.little(.max)
    private static let long = [UInt8](repeating: 0, count: 8)

    /// Wrong for both directions.
    private static let headers = [
        Row("length 0", none, .truncated),
        Row("length 0 before a true frame", none + HostMessage.park.frame, .truncated),
        Row("length above the limit", FrameBytes.little(1 << 20 | 1), .frameTooLong(1 << 20 | 1)),
        Row("the largest length", huge, .frameTooLong(.max)),
        Row("text where a length belongs", Array("GET / HTTP/1.1\r\n".utf8), .frameTooLong(0x2054_4547)),
    ]

    private static let hostRows = [
        Row("kind 0", kind: 0, [], .unknown(what: "message of the host", number: 0)),
        Row("the kind after the last", kind: 6, [], .unknown(what: "message of the host", number: 6)),
        Row("kind 255", kind: 255, [], .unknown(what: "message of the host", number: 255)),
        Row("hello of a later layout", kind: 1, [2, 0] + long + [0], .trailingBytes(1)),
        Row("park with a payload", kind: 4, [0, 0], .trailingBytes(2)),
        Row("4294967295 descriptors", kind: 2, run + huge, .truncated),
        Row(
            "one descriptor more than fits", kind: 2, run + FrameBytes.little(2) + none + long + long,
            .truncated),
        Row("4294967295 stimuli", kind: 2, run + none + huge + long, .truncated),
        Row("4294967295 tasks", kind: 2, run + none + none + huge + long, .truncated),
        Row("4294967295 arguments", kind: 2, run + none + one + none + none + huge + long, .truncated),
        Row("a name of 4294967295 bytes", kind: 2, run + one + huge + long + long, .truncated),
        Row("a name that is not UTF-8", kind: 2, run + one + one + [0xff] + long + long, .notText),
    ]

    private static let agentRows = [
        Row("kind 0", kind: 0, [], .unknown(what: "message of the agent", number: 0)),
        Row("the kind after the last", kind: 12, [], .unknown(what: "message of the agent", number: 12)),
        Row("kind 255", kind: 255, [], .unknown(what: "message of the agent", number: 255)),
        Row(
            "step state 4", kind: 3, run + none + [4] + long + long, .unknown(what: "step state", number: 4)),
        Row("task state 4", kind: 4, run + none + [4] + none, .unknown(what: "task state", number: 4)),
        Row(
            "trace mode 2", kind: 5, run + none + [2] + long + long + [0] + long + none,
            .unknown(what: "trace mode", number: 2)),
        Row(
            "flag 2", kind: 5, run + none + [0] + long + long + [2] + long + long + none,
            .unknown(what: "flag", number: 2)),
        Row("4294967295 words", kind: 6, run + huge + long, .truncated),
        Row(
            "one word more than fits", kind: 6, run + FrameBytes.little(2) + long + long.dropLast(),
            .truncated),
        Row("one word less than there is", kind: 6, run + one + long + long, .trailingBytes(8)),
        Row("ending 5", kind: 7, run + [5], .unknown(what: "ending", number: 5)),
        Row("a completed run with a reason", kind: 7, run + [0] + none, .trailingBytes(4)),
        Row("a note of 4294967295 bytes", kind: 10, huge + [0x61], .truncated),
        Row("parked with a payload", kind: 9, run, .trailingBytes(4)),
    ]

    private static let texts = [
        ("a byte UTF-8 does not have", [0xff]), ("a lone continuation", [0x80]),
        ("an overlong form", [0xc0, 0x80]), ("a surrogate", [0xed, 0xa0, 0x80]),
        ("a character cut short", [0xe2, 0x82]), ("beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]),
    ].map { (what: String, bytes: [UInt8]) in
        Row("text with \(what)", kind: 10, FrameBytes.little(UInt32(bytes.count)) + bytes, .notText)
    }

    /// A program whose one stimulus has the argument "" with this value.
    private static func program(value: [UInt8]) -> [UInt8] {
        run + none + one + none + none + one + none + value + none + long
    }

    private static let valueRows = [
        Row("value 5", kind: 2, program(value: [5] + none), .unknown(what: "value", number: 5)),
        Row("a list of 4294967295 values", kind: 2, program(value: [4] + huge), .truncated),
        Row("a sum of 4294967295 values", kind: 2, program(value: [3] + huge), .truncated),
        Row("a reference that is not UTF-8", kind: 2, program(value: [2] + one + [0xc3]), .notText),
        Row("33 lists", kind: 2, program(value: nested([4], 33)), .tooDeep),
        Row("33 sums", kind: 2, program(value: nested([3], 33)), .tooDeep),
        Row("100,000 lists", kind: 2, program(value: nested([4], 100_000)), .tooDeep),
    ]

    /// Empty lists or sums inside each other.
    private static func nested(_ tag: [UInt8], _ levels: Int) -> [UInt8] {
        Array(repeatElement(tag + one, count: levels - 1).joined()) + tag + none
    }

    /// A program with these steps in its one task.
    private static func program(steps: [UInt8]) -> [UInt8] {
        run + none + none + one + none + steps + long
    }

    /// A step without verb and arguments, up to the given part.
    private static func step(expectation: [UInt8] = [0], awaits: [UInt8] = [0], body: [UInt8]) -> [UInt8] {
        none + none + none + long + expectation + awaits + [0] + body
    }

    private static let stepRows = [
        Row("4294967295 steps", kind: 2, program(steps: huge), .truncated),
        Row(
            "expectation 4", kind: 2, program(steps: one + step(expectation: [4], body: none)),
            .unknown(what: "expectation", number: 4)),
        Row(
            "flag 255", kind: 2, program(steps: one + step(awaits: [255], body: none)),
            .unknown(what: "flag", number: 255)),
        Row("4294967295 steps inside", kind: 2, program(steps: one + step(body: huge)), .truncated),
        Row("33 steps inside each other", kind: 2, program(steps: one + nestedSteps(33)), .tooDeep),
        Row("30,000 steps inside each other", kind: 2, program(steps: one + nestedSteps(30_000)), .tooDeep),
    ]

    private static func nestedSteps(_ levels: Int) -> [UInt8] {
        Array(repeatElement(step(body: one), count: levels - 1).joined()) + step(body: none)
    }

    @Test("32 levels are not too deep")
    func deepest() throws {
        let value = (1..<32).reduce(Value.list([])) { value, _ in .sum([value]) }
        let innermost = Step(number: 0, verb: "call", arguments: ["a": value])
        let step = (1..<32).reduce(innermost) { step, number in
            Step(number: UInt32(number), verb: "repeat", body: [step])
        }
        let program = Program(
            descriptors: [], stimuli: [], tasks: [TaskProgram(name: "main", steps: [step])], stepLimit: 0,
            limit: 0)
        let message = HostMessage.run(run: 0, program: program)
        #expect(try FrameBytes.decode(message.frame) == [message])
    }

    @Test("Every error has a sentence of its own")
    func sentences() {
        let rows = Self.headers + Self.hostRows + Self.agentRows + Self.texts + Self.valueRows + Self.stepRows
        let errors = Set(rows.map(\.error))
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { !$0.description.isEmpty })
    }
}
