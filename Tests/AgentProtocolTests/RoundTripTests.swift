// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Testing

@Suite("Messages as bytes and back")
struct RoundTripTests {
    @Test("What the host says comes back the same", arguments: SampleMessages.host)
    func host(message: HostMessage) throws {
        #expect(try FrameBytes.decode(message.frame) == [message])
    }

    @Test("What the agent says comes back the same", arguments: SampleMessages.agent)
    func agent(message: AgentMessage) throws {
        #expect(try FrameBytes.decode(message.frame) == [message])
    }

    @Test("The samples have every kind of message there is")
    func complete() {
        // That the next number is unknown is a row of the table of corrupted frames.
        #expect(Set(SampleMessages.host.map { $0.encoded().kind }) == Set(1...5))
        #expect(Set(SampleMessages.agent.map { $0.encoded().kind }) == Set(1...11))
    }

    @Test("Steps without anything may fill a list", arguments: [false, true])
    func smallestSteps(insideAnother: Bool) throws {
        let smallest = Array(repeating: Step(number: 0, verb: ""), count: 40)
        let steps = insideAnother ? [Step(number: 1, verb: "", body: smallest)] : smallest
        let program = Program(
            descriptors: [], stimuli: [], tasks: [TaskProgram(name: "", steps: steps)], stepLimit: 0, limit: 0
        )
        let message = HostMessage.run(run: 0, program: program)
        #expect(try FrameBytes.decode(message.frame) == [message])
    }

    @Test("Programs that are equal have equal bytes")
    func sortedArguments() {
        let names = (0..<50).map { "argument \($0)" }
        func frame(_ names: [String]) -> [UInt8] {
            var arguments: [String: Value] = [:]
            for name in names { arguments[name] = .text(name) }
            let stimulus = StimulusRequest(name: "s", kind: "k", arguments: arguments)
            let program = Program(descriptors: [], stimuli: [stimulus], tasks: [], stepLimit: 0, limit: 0)
            return HostMessage.run(run: 0, program: program).frame
        }
        #expect(frame(names) == frame(names.reversed()))
    }

    @Test("The largest message of words fits into a frame")
    func largestWords() throws {
        // Beside them are the kind, the run and their number.
        let count = UInt64(ProtocolVersion.frameLimit - 9) / 8
        let words = (0..<count).map { $0 &* 0x9e37_79b9_7f4a_7c15 }
        let message = AgentMessage.words(run: 1, words: words)
        #expect(message.frame.count - 4 <= ProtocolVersion.frameLimit)
        #expect(try FrameBytes.decode(message.frame) == [message])
    }

    @Test("A frame of exactly the limit is read, one byte more is not")
    func frameLimit() throws {
        // Kind and text length take five bytes.
        let text = String(repeating: "x", count: ProtocolVersion.frameLimit - 5)
        #expect(try FrameBytes.decode(AgentMessage.note(text).frame) == [AgentMessage.note(text)])
        let limit = UInt32(ProtocolVersion.frameLimit)
        #expect(throws: ProtocolError.frameTooLong(limit + 1)) {
            try FrameBytes.decode(AgentMessage.note(text + "x").frame, as: AgentMessage.self)
        }
    }
}
