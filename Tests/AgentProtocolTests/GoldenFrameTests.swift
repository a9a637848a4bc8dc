// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Testing

/// The bytes of version 1, written by hand from docs/protocol.md.
///
/// A change that makes one of these tests fail changes the format: it needs a new `ProtocolVersion.current`, and then
/// new bytes here. The hello of the host and the failure of the agent never change.
@Suite("Bytes of version 2")
struct GoldenFrameTests {
    @Test("The bytes below are those of the current version")
    func version() {
        #expect(ProtocolVersion.current == 2)
        #expect(ProtocolVersion.frameLimit == 1_048_576)
    }

    @Test(
        "What the host says",
        arguments: [
            (.hello(version: 1, nonce: 0x0123_4567_89ab_cdef), "0b000000 01 0100 efcdab8967452301"),
            (.inspect(handles: [0x42]), "0d000000 03 01000000 4200000000000000"), (.park, "01000000 04"),
            (.powerOff, "01000000 05"),
        ] as [(HostMessage, String)])
    func host(message: HostMessage, bytes: String) throws {
        #expect(message.frame == FrameBytes.hex(bytes))
        #expect(try FrameBytes.decode(FrameBytes.hex(bytes)) == [message])
    }

    @Test("A program")
    func program() throws {
        let program = Program(
            descriptors: [Descriptor(name: "d", words: 16)],
            stimuli: [
                StimulusRequest(
                    name: "s", kind: "k", arguments: ["b": .text("t"), "a": .list([.integer(1)])])
            ],
            tasks: [
                TaskProgram(
                    name: "main",
                    steps: [
                        Step(
                            number: 0, verb: "call",
                            arguments: ["x": .sum([.reference("r.a"), .integer(8)])],
                            times: 2, expectation: .errno(16), awaits: "d"),
                        Step(
                            number: 1, verb: "repeat", keepsResultAs: "k",
                            body: [Step(number: 2, verb: "exit", expectation: .value(-2))]),
                        Step(number: 3, verb: "exec", expectation: .anything),
                    ])
            ],
            stepLimit: 1000, limit: 10000)
        let bytes = FrameBytes.hex(
            """
            0d010000 02 07000000
            01000000  01000000 64  1000000000000000
            01000000  01000000 73  01000000 6b
                02000000  01000000 61  04 01000000  00 0100000000000000
                          01000000 62  01 01000000 74
            01000000  04000000 6d61696e  03000000
                00000000  04000000 63616c6c
                    01000000  01000000 78  03 02000000  02 03000000 722e61  00 0800000000000000
                    0200000000000000  01 10000000  01 01000000 64  00  00000000
                01000000  06000000 726570656174
                    00000000  0100000000000000  00  00  01 01000000 6b  01000000
                    02000000  04000000 65786974
                        00000000  0100000000000000  02 feffffffffffffff  00  00  00000000
                03000000  04000000 65786563
                    00000000  0100000000000000  03  00  00  00000000
            e8030000 10270000
            """)
        let message = HostMessage.run(run: 7, program: program)
        #expect(message.frame == bytes)
        #expect(try FrameBytes.decode(bytes) == [message])
    }

    @Test(
        "What the agent says",
        arguments: [
            (
                .hello(
                    version: 1, nonce: 0x0123_4567_89ab_cdef,
                    facts: GuestFacts(release: "6.1", machine: "x86", processors: 2, uptime: 500)),
                """
                25000000 01 0100 efcdab8967452301
                03000000 362e31  03000000 783836  02000000  f401000000000000
                """
            ),
            (.prepared(run: 7), "05000000 02 07000000"),
            (
                .step(run: 7, report: StepReport(number: 3, state: .broken, runs: 1, result: -16)),
                "1a000000 03 07000000  03000000 02 0100000000000000 f0ffffffffffffff"
            ),
            (
                .task(run: 7, report: TaskReport(name: "main", state: .killed, detail: 11)),
                "12000000 04 07000000  04000000 6d61696e 03 0b000000"
            ),
            (
                .buffer(
                    run: 7,
                    report: BufferReport(
                        name: "d", mode: 1, size: 16, count: 3, countAtDisable: 2, words: 4,
                        checksum: 0x8a91_36aa)),
                """
                30000000 05 07000000  01000000 64  01  1000000000000000  0300000000000000
                01 0200000000000000  0400000000000000  aa36918a
                """
            ),
            (
                .buffer(
                    run: 7,
                    report: BufferReport(
                        name: "", mode: 0, size: 16, count: 0, countAtDisable: nil, words: 0, checksum: 0)),
                """
                27000000 05 07000000  00000000  00  1000000000000000  0000000000000000
                00  0000000000000000  00000000
                """
            ),
            (
                .words(run: 7, words: [0, 0xffff_ffff_8123_4567]),
                "19000000 06 07000000  02000000  0000000000000000  67452381ffffffff"
            ),
            (.finished(run: 7, ending: .completed), "06000000 07 07000000 00"),
            (.finished(run: 7, ending: .broken), "06000000 07 07000000 01"),
            (.finished(run: 7, ending: .timedOut), "06000000 07 07000000 02"),
            (.finished(run: 7, ending: .stuck(step: 3)), "0a000000 07 07000000 04 03000000"),
            (.finished(run: 7, ending: .notPrepared(reason: "no")), "0c000000 07 07000000 03 02000000 6e6f"),
            (
                .state(GuestState(kcovBuffers: 1, takenHandles: 2, processes: 3, descriptors: 4)),
                "11000000 08 01000000 02000000 03000000 04000000"
            ),
            (.parked, "01000000 09"),
            (.note("\u{e9}"), "07000000 0a 02000000 c3a9"),
            (.failure("no"), "07000000 0b 02000000 6e6f"),
        ] as [(AgentMessage, String)])
    func agent(message: AgentMessage, bytes: String) throws {
        #expect(message.frame == FrameBytes.hex(bytes))
        #expect(try FrameBytes.decode(FrameBytes.hex(bytes)) == [message])
    }
}
