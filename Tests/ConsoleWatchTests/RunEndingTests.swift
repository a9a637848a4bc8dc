// SPDX-License-Identifier: Apache-2.0

import ConsoleWatch
import Testing

@Suite("Endings of a run")
struct RunEndingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let facts: RunFacts
        let ending: RunEnding
        let fault: RunEnding.Fault
        /// What the sentence has to say.
        let says: [String]

        init(
            _ name: String, _ ending: RunEnding, _ fault: RunEnding.Fault, says: [String] = [],
            _ change: (inout RunFacts) -> Void
        ) {
            testDescription = name
            self.ending = ending
            self.fault = fault
            self.says = says
            var facts = RunFacts()
            facts.consoleBytes = 10_000
            facts.phase = .agent
            facts.helloSeen = true
            change(&facts)
            self.facts = facts
        }
    }

    static let panic = ConsoleReport(
        kind: "panic", title: "Kernel panic - not syncing: x", text: "", line: 9, isFatal: true)
    static let warning = ConsoleReport(
        kind: "warning", title: "WARNING: CPU: 0 PID: 1 at a.c:1", text: "", line: 5, isFatal: false)
    static let silence = RunFacts.Limit.silence(seconds: 30)
    static let step = RunFacts.Limit.step("main: wait kicks", seconds: 5)

    static let rows: [Row] = [
        Row("finished, powered off", .completed, .nobody) {
            $0.isFinished = true
            $0.machineEnd = .poweredOff
        },
        Row("finished, still running", .completed, .nobody) { $0.isFinished = true },
        Row("finished, ended by us", .completed, .nobody) {
            $0.isFinished = true
            $0.machineEnd = .ended
        },
        Row("finished, channel closed after", .completed, .nobody) {
            $0.isFinished = true
            $0.channelClosed = true
        },
        Row(
            "finished, but crashed afterwards", .kernelPanicked(panic), .kernel, says: ["Kernel panic"]
        ) {
            $0.isFinished = true
            $0.reports = [panic]
        },
        Row("finished, with a warning", .kernelReport(warning), .kernel, says: ["warning report", "a.c:1"]) {
            $0.isFinished = true
            $0.reports = [warning]
        },
        Row("finished without a console", .hostFailed(noConsole), .host, says: ["console delivered nothing"])
        {
            $0.isFinished = true
            $0.consoleBytes = 0
            $0.phase = .silent
        },
        Row(
            "panic while a step waits", .kernelPanicked(panic), .kernel,
            says: ["Kernel panic", "before that: WARNING", "agent was serving"]
        ) {
            $0.reports = [warning, panic]
            $0.expired = step
            $0.channelClosed = true
            $0.machineEnd = .poweredOff
        },
        Row("panic while booting", .kernelPanicked(panic), .kernel, says: ["kernel was booting"]) {
            $0.reports = [panic]
            $0.phase = .kernel
            $0.helloSeen = false
            $0.expired = .boot(seconds: 60)
        },
        Row("panic and libvirt gone", .kernelPanicked(panic), .kernel) {
            $0.reports = [panic]
            $0.hostError = "connection reset"
        },
        Row("reset without a word", .guestEnded, .kernel, says: ["reset before", "triple fault"]) {
            $0.machineEnd = .poweredOff
        },
        Row("warning, then the agent is silent", .kernelReport(warning), .kernel) {
            $0.reports = [warning]
            $0.expired = silence
        },
        Row("warning, then a stuck step", .kernelReport(warning), .kernel) {
            $0.reports = [warning]
            $0.expired = step
        },
        Row("warning while booting too slowly", .kernelReport(warning), .kernel, says: ["kernel was booting"])
        {
            $0.reports = [warning]
            $0.helloSeen = false
            $0.phase = .kernel
            $0.expired = .boot(seconds: 60)
        },
        Row("agent silent", .guestHung(silence), .kernel, says: ["said nothing for 30 s"]) {
            $0.expired = silence
        },
        Row("program too long", .guestHung(.program(seconds: 90)), .kernel, says: ["within 90 s"]) {
            $0.expired = .program(seconds: 90)
        },
        Row("stuck step", .stepStuck(step), .kernel, says: ["main: wait kicks", "within 5 s"]) {
            $0.expired = step
        },
        Row("no output at all", .bootTimeout(.silent), .kernel, says: ["within 60 s", "accelerator"]) {
            $0.helloSeen = false
            $0.phase = .silent
            $0.consoleBytes = 0
            $0.expired = .boot(seconds: 60)
        },
        Row("only firmware", .bootTimeout(.firmware), .kernel, says: ["not bootable"]) {
            $0.helloSeen = false
            $0.phase = .firmware
            $0.expired = .boot(seconds: 60)
        },
        Row("kernel stops booting", .bootTimeout(.kernel), .kernel, says: ["went silent"]) {
            $0.helloSeen = false
            $0.phase = .kernel
            $0.consoleSilence = 50
            $0.expired = .boot(seconds: 60)
        },
        Row("kernel boots slowly", .bootTimeout(.kernel), .kernel, says: ["still printing"]) {
            $0.helloSeen = false
            $0.phase = .kernel
            $0.consoleSilence = 0.5
            $0.expired = .boot(seconds: 60)
        },
        Row("agent never ready", .bootTimeout(.start), .kernel, says: ["started the agent"]) {
            $0.helloSeen = false
            $0.phase = .start
            $0.expired = .boot(seconds: 60)
        },
        Row("ready on the console only", .bootTimeout(.agent), .kernel, says: ["its channel carries nothing"])
        {
            $0.helloSeen = false
            $0.expired = .boot(seconds: 60)
        },
        Row("powered off too early", .guestEnded, .kernel, says: ["powered off or reset before"]) {
            $0.machineEnd = .poweredOff
            $0.channelClosed = true
        },
        Row("QEMU killed", .guestLost("killed by signal 9"), .host, says: ["signal 9"]) {
            $0.machineEnd = .died("killed by signal 9")
            $0.channelClosed = true
        },
        Row("QEMU killed after a warning", .guestLost("signal 9"), .host) {
            $0.machineEnd = .died("signal 9")
            $0.reports = [warning]
        },
        Row("channel closed", .channelLost, .host, says: ["channel to the agent closed"]) {
            $0.channelClosed = true
        },
        Row("libvirt failed", .hostFailed("no space left"), .host, says: ["no space left"]) {
            $0.hostError = "no space left"
            $0.expired = silence
        },
        Row("stopped by the user", .interrupted, .host, says: ["stopped by the user"]) {
            $0.isInterrupted = true
            $0.machineEnd = .ended
        },
        Row("nothing is known", .hostFailed(unexplained), .host) { _ in },
        Row("ended by us without a reason", .hostFailed(unexplained), .host) { $0.machineEnd = .ended },
    ]

    static let noConsole = "the console delivered nothing, so that a kernel report could not have been seen"
    static let unexplained = "the run ended before the guest was done, and nothing says why"

    @Test("Every way a run can end has one verdict and says what it is", arguments: rows)
    func ending(row: Row) {
        let ending = RunEnding(row.facts)
        #expect(ending == row.ending)
        #expect(ending.fault == row.fault)
        let sentence = ending.sentence(row.facts)
        for part in row.says { #expect(sentence.contains(part), "\(sentence)") }
        #expect(!sentence.isEmpty && !sentence.contains("\n"))
    }

    @Test("Only a run that finished is complete, whatever else is known")
    func onlyFinished() {
        for row in Self.rows where row.ending == .completed { #expect(row.facts.isFinished) }
        for phase in ConsolePhase.allCases {
            for end in [nil, .poweredOff, .ended, .died("x")] as [RunFacts.MachineEnd?] {
                var facts = RunFacts()
                facts.phase = phase
                facts.machineEnd = end
                facts.consoleBytes = 1
                #expect(RunEnding(facts) != .completed)
            }
        }
    }

    @Test(
        "Recorded consoles end as they should",
        arguments: [
            ("clean-boot", "completed"), ("init-exits", "kernel died"), ("init-segfault", "kernel died"),
            ("sysrq-crash", "kernel died"), ("warning", "warning report"),
            ("warning-then-panic", "kernel died"), ("out-of-memory", "oom report"),
            ("kcov-init-too-large", "completed"), ("lookalikes", "completed"),
        ])
    func recorded(name: String, verdict: String) throws {
        var watch = ConsoleWatch(rules: try Shipped.rules)
        let bytes = try #require(try Shipped.recordings[name])
        var facts = RunFacts()
        facts.reports = watch.receive(bytes) + watch.finish()
        facts.phase = watch.phase
        facts.consoleBytes = watch.byteCount
        facts.helloSeen = true
        facts.isFinished = true
        let ending = RunEnding(facts)
        let text = ending == .completed ? "completed" : ending.sentence(facts)
        #expect(text.contains(verdict), "\(text)")
    }
}
