// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Foundation
import Glibc
import Testing

/// Bytes that promise more than they hold, decoded in a process that may only grow by 32 MiB.
///
/// An allocation beyond that ends the process, and with it the test.
@Suite("Memory of the decoder")
struct MemoryTests {
    @Test("The limit of these tests works")
    func limitWorks() async {
        await #expect(processExitsWith: .failure) {
            try limitMemory()
            let words = [UInt64](repeating: 1, count: 8 << 20)
            #expect(words.reduce(0, +) == 8 << 20)
        }
    }

    @Test("Lists in lists, each as long as the frame allows")
    func nestedLists() async {
        await #expect(processExitsWith: .success) {
            try limitMemory()
            // No descriptors; one stimulus without names, with one argument without a name.
            var payload = numbers(7, 0, 1, 0, 0, 1, 0)
            for _ in 0..<31 {
                payload.append(4)
                payload += numbers(UInt32((room - payload.count) / 5 - 1))
            }
            expectTruncated(payload)
        }
    }

    @Test("Steps in steps, each with as many as the frame allows")
    func nestedSteps() async {
        await #expect(processExitsWith: .success) {
            try limitMemory()
            // No descriptors and stimuli; one task without a name, with one step.
            var payload = numbers(7, 0, 0, 1, 0, 1)
            for _ in 0..<31 {
                payload += [UInt8](repeating: 0, count: 23)
                payload += numbers(UInt32((room - payload.count) / 27 - 1))
            }
            expectTruncated(payload)
        }
    }

    @Test("The frames that become largest when decoded")
    func largest() async {
        await #expect(processExitsWith: .success) {
            try limitMemory()
            let values = Array(repeating: Value.list([]), count: (room - 64) / 5)
            let steps = Array(repeating: Step(number: 0, verb: ""), count: (room - 64) / 27)
            let stimulus = StimulusRequest(name: "", kind: "", arguments: ["": .list(values)])
            let programs = [
                Program(descriptors: [], stimuli: [stimulus], tasks: [], stepLimit: 0, limit: 0),
                Program(
                    descriptors: [], stimuli: [], tasks: [TaskProgram(name: "", steps: steps)], stepLimit: 0,
                    limit: 0),
            ]
            for program in programs {
                let message = HostMessage.run(run: 1, program: program)
                #expect(try FrameBytes.decode(message.frame) == [message])
            }
        }
    }

    @Test("What arrives after an error is not kept")
    func afterAnError() async {
        await #expect(processExitsWith: .success) {
            try limitMemory()
            var decoder = FrameDecoder<AgentMessage>()
            decoder.append(FrameBytes.little(.max))
            #expect(throws: ProtocolError.frameTooLong(.max)) { try decoder.next() }
            let piece = [UInt8](repeating: 0, count: 1 << 16)
            for _ in 0..<1024 { decoder.append(piece) }
            #expect(throws: ProtocolError.frameTooLong(.max)) { try decoder.next() }
        }
    }
}

/// Bytes of a frame behind its kind.
private let room = ProtocolVersion.frameLimit - 1

/// Numbers of 32 bits one after the other.
private func numbers(_ numbers: UInt32...) -> [UInt8] {
    numbers.flatMap(FrameBytes.little)
}

/// Decodes a full frame of a program that starts like this and goes on with zeros.
private func expectTruncated(_ start: [UInt8]) {
    let payload = start + [UInt8](repeating: 0, count: room - start.count)
    #expect(throws: ProtocolError.truncated) {
        try FrameBytes.decode(FrameBytes.frame(kind: 2, payload), as: HostMessage.self)
    }
}

/// Lets this process have 32 MiB of data more than it has.
private func limitMemory() throws {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmData:") })
    let kibibytes = try #require(
        line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { rlim_t($0) })
    let bytes = (kibibytes + 32 * 1024) * 1024
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    // Safety: the kernel reads one struct.
    try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0)
}
