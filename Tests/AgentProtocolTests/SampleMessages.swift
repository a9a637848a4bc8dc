// SPDX-License-Identifier: Apache-2.0

import AgentProtocol

/// Messages of every kind, with every tag the format has and the extreme values of its numbers.
enum SampleMessages {
    static let host: [HostMessage] = [
        .hello(version: ProtocolVersion.current, nonce: 0x0123_4567_89ab_cdef),
        .hello(version: .max, nonce: .max),
        .run(run: 0, program: Program(descriptors: [], stimuli: [], tasks: [], stepLimit: 0, limit: 0)),
        .run(run: .max, program: program),
        .inspect(handles: []), .inspect(handles: [1, .max]), .park, .powerOff,
    ]

    static let agent: [AgentMessage] =
        [
            .hello(
                version: ProtocolVersion.current, nonce: .max,
                facts: GuestFacts(release: "6.12.48+", machine: "x86_64", processors: 2, uptime: 431)),
            .prepared(run: 1),
        ] + steps + tasks + buffers + endings + [
            .state(GuestState(kcovBuffers: 0, takenHandles: 1, processes: 2, descriptors: .max)),
            .parked, .note(""), .note("ready\n\u{0}\u{1F41B} e\u{301}"), .failure("no session"),
        ]

    /// A program with every value, expectation and nesting.
    static let program = Program(
        descriptors: [Descriptor(name: "local", words: 65536), Descriptor(name: "", words: .max)],
        stimuli: [
            StimulusRequest(name: "net", kind: "vhost-net", arguments: [:]),
            StimulusRequest(
                name: "hub", kind: "usb-gadget", arguments: ["speed": .text("high"), "n": .integer(3)]),
        ],
        tasks: [
            TaskProgram(name: "main", steps: [enable, raw, loop]), TaskProgram(name: "idle", steps: []),
        ],
        stepLimit: 1000, limit: .max)

    private static let enable = Step(
        number: 0, verb: "enable", arguments: ["kcov": .text("local"), "mode": .integer(.max)],
        expectation: .errno(16))

    private static let raw = Step(
        number: 1, verb: "call",
        arguments: [
            "name": .text("write"),
            "arguments": .list([
                .reference("net.file"), .sum([.reference("local.address"), .integer(8)]), .list([]),
                .sum([.sum([]), .list([.text("\u{e9}"), .integer(0)])]),
            ]),
        ],
        times: .max, expectation: .value(.min), awaits: "remote", keepsResultAs: "wrote")

    private static let loop = Step(
        number: 2, verb: "repeat", arguments: ["count": .integer(2)],
        body: [
            Step(number: 3, verb: "exit", expectation: .anything),
            Step(
                number: 4, verb: "repeat", arguments: ["count": .reference("wrote")],
                body: [Step(number: .max, verb: "", times: 0, expectation: .errno(.min))]),
        ])

    private static let steps: [AgentMessage] = [
        .step(run: 7, report: StepReport(number: 0, state: .notReached, runs: 0, result: 0)),
        .step(run: 7, report: StepReport(number: 1, state: .kept, runs: 20, result: .max)),
        .step(run: 7, report: StepReport(number: 2, state: .broken, runs: 1, result: -16)),
        .step(run: 7, report: StepReport(number: .max, state: .stuck, runs: .max, result: .min)),
    ]

    private static let tasks: [AgentMessage] = [
        .task(run: 7, report: TaskReport(name: "main", state: .ended, detail: 0)),
        .task(run: 7, report: TaskReport(name: "a", state: .notStarted, detail: 0)),
        .task(run: 7, report: TaskReport(name: "b", state: .stuck, detail: .min)),
        .task(run: 7, report: TaskReport(name: "c", state: .killed, detail: 11)),
    ]

    private static let buffers: [AgentMessage] = [
        .buffer(
            run: 7,
            report: BufferReport(
                name: "local", mode: 0, size: 16, count: 3, countAtDisable: 3, words: 3,
                checksum: Checksum.of([3, .max, 0xffff_ffff_8123_4567].span))),
        .words(run: 7, words: [3, .max, 0xffff_ffff_8123_4567]),
        .buffer(
            run: 7,
            report: BufferReport(
                name: "cmp", mode: 1, size: .max, count: .max, countAtDisable: nil, words: 0, checksum: 0)),
        .words(run: 7, words: []),
    ]

    private static let endings: [AgentMessage] = [
        .finished(run: 7, ending: .completed), .finished(run: 7, ending: .broken),
        .finished(run: 7, ending: .timedOut),
        .finished(run: 7, ending: .stuck(step: 3)),
        .finished(run: 7, ending: .notPrepared(reason: "vhost-net: ENOENT")),
    ]
}
