// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import ScenarioModel

/// A mistake in an otherwise good scenario, and what must be said about it.
struct Mistake: CustomTestStringConvertible, Sendable {
    /// A line of the good scenario.
    let line: String
    /// What stands there instead; `^` marks the place that must be reported and is taken out.
    let instead: String
    let says: String

    var testDescription: String { instead }
}

@Suite struct ScenarioReaderTests {
    static let good = """
        name: sample
        id: L03
        about: A sample.
        contract: simultaneous-enable
        kcov:
          local: 64Ki
          remote: 1024
        stimuli:
          net: vhost-net
          gadget: usb-gadget
        limits: {step: 2, program: 9}
        tasks:
          main:
            - enable: local
              expect: {simultaneous: 0, exclusive: EBUSY}
            - remote-enable: {kcov: remote, common: 0x42, handles: [{usb: $gadget.bus}]}
              when: simultaneous
            - spawn-thread: other
            - repeat: 3
              do:
                - vhost-kick: net
                  await: {simultaneous: remote}
            - call: {name: read, arguments: [-1, $local.address, 8]}
              times: 7
              expect: any
              as: bytes
            - wait-calls: {buffer: remote, function: handle_tx_kick or handle_tx, at-least: 3}
              when: simultaneous
            - save: {buffer: local, as: copy}
            - exit
          other:
            - call: getppid
        expect:
          local:
            - unchecked: a sample
          copy:
            - calls: {handle_tx_kick: 3, vhost_flush_work: {at-least: 1}, work: {times: 2, of: handle_tx_kick}}
          remote:
            - count: 0
              when: exclusive
            - present: [handle_tx_kick]
              when: simultaneous
        console:
          - {kind: warning, contains: sample, reason: it is one, when: exclusive}

        """

    static let mistakes: [Mistake] = [
        .init(line: "name: sample", instead: "name: ^Sample", says: "a name is a word"),
        .init(line: "name: sample", instead: "^nme: sample", says: "did you mean 'name'?"),
        .init(
            line: "about: A sample.", instead: "about: A sample.\npromises: [init-size, ^init-sise]",
            says: "did you mean 'init-size'?"),
        .init(
            line: "about: A sample.", instead: "about: A sample.\npromises: [init-size, ^init-size]",
            says: "the promise 'init-size' is named twice"),
        .init(line: "id: L03", instead: "id: ^X03", says: "one of the letters ULRSGPB"),
        .init(
            line: "contract: simultaneous-enable", instead: "contract: ^simultanous-enable",
            says: "did you mean 'simultaneous-enable'?"),
        .init(line: "  local: 64Ki", instead: "  local: ^1", says: "2 to 268435455 words"),
        .init(line: "  remote: 1024", instead: "  remote: ^1000", says: "write 1024"),
        .init(line: "  net: vhost-net", instead: "  net: ^vhost-nit", says: "did you mean 'vhost-net'?"),
        .init(
            line: "limits: {step: 2, program: 9}", instead: "limits: {step: ^0}", says: "1 to 3600 seconds"),
        .init(line: "    - enable: local", instead: "    - ^enabel: local", says: "did you mean 'enable'?"),
        .init(line: "    - enable: local", instead: "    - enable: ^locl", says: "did you mean 'local'?"),
        .init(
            line: "    - enable: local", instead: "    - enable: {kcov: local, mode: ^pcs}",
            says: "pc, cmp or a number"),
        .init(
            line: "    - enable: local", instead: "    - enable: {kcov: local, ^mod: pc}",
            says: "did you mean 'mode'?"),
        .init(
            line: "    - enable: local", instead: "    - ^enable: {mode: pc}", says: "'enable' needs 'kcov'"),
        .init(
            line: "      expect: {simultaneous: 0, exclusive: EBUSY}", instead: "      expect: ^EBUSSY",
            says: "did you mean 'EBUSY'?"),
        .init(
            line: "      expect: {simultaneous: 0, exclusive: EBUSY}",
            instead: "      expect: ^{simultaneous: 0}",
            says: "add 'otherwise'"),
        .init(
            line: "      expect: {simultaneous: 0, exclusive: EBUSY}",
            instead: "      expect: {^simultaneos: 0, otherwise: 0}", says: "did you mean 'simultaneous'?"),
        .init(
            line: "    - remote-enable: {kcov: remote, common: 0x42, handles: [{usb: $gadget.bus}]}",
            instead: "    - remote-enable: {kcov: remote, handles: [{usb: ^$gadget.buss}]}",
            says: "did you mean 'gadget.bus'?"),
        .init(
            line: "    - remote-enable: {kcov: remote, common: 0x42, handles: [{usb: $gadget.bus}]}",
            instead: "    - remote-enable: {kcov: remote, handles: [{usb: $gadget.bus, count: ^0}]}",
            says: "'count' is the number of buses, 1 to 1024, found 0"),
        .init(
            line: "    - remote-enable: {kcov: remote, common: 0x42, handles: [{usb: $gadget.bus}]}",
            instead: "    - remote-enable: remote\n      ^common: 1",
            says: "write remote-enable: {kcov: ..., common: ...}"),
        .init(
            line: "    - spawn-thread: other", instead: "    - spawn-thread: ^othr",
            says: "did you mean 'other'?"),
        .init(
            line: "    - repeat: 3", instead: "    - ^repeat: 3\n      times: 2", says: "multiply its count"),
        .init(
            line: "        - vhost-kick: net", instead: "        - vhost-kick: ^gadget",
            says: "no step 'vhost-kick'"),
        .init(
            line: "          await: {simultaneous: remote}", instead: "          await: ^copy",
            says: "a copy, which no longer changes"),
        .init(line: "      times: 7", instead: "      times: ^0", says: "a number from 1"),
        .init(line: "      as: bytes", instead: "      do: ^[exit]", says: "has no steps inside"),
        .init(line: "    - exit", instead: "    - ^exot", says: "did you mean 'exit'?"),
        .init(
            line: "    - save: {buffer: local, as: copy}", instead: "    - save: {buffer: local, as: ^cpy}",
            says: "no buffer 'copy'"),
        .init(line: "  local:", instead: "  ^locl:", says: "no buffer 'locl'"),
        .init(
            line: "    - unchecked: a sample", instead: "    - ^unchekd: a sample",
            says: "did you mean 'unchecked'?"),
        .init(
            line: "    - unchecked: a sample", instead: "    - ^{unchecked: a, count: 1}", says: "one form"),
        .init(
            line: "    - present: [handle_tx_kick]", instead: "    - calls: {handle_tx_kick: ^0}",
            says: "write `absent`"),
        .init(
            line: "    - present: [handle_tx_kick]", instead: "    - count: ^{at-least: 0}",
            says: "what may be nothing proves nothing"),
        .init(
            line: "    - present: [handle_tx_kick]", instead: "    - lines: {present: [kernel/sys.c]}",
            says: "FILE:NUMBER"),
        .init(
            line: "      when: exclusive", instead: "      when: ^exclusiv", says: "did you mean 'exclusive'?"
        ),
    ]

    @Test func theGoodOneIsGood() throws {
        let scenario = try ScenarioReader.read(text: Self.good, file: "good.yaml")
        #expect(scenario.limits == .init(step: 2000, program: 9000))
        #expect(scenario.tasks.map(\.name) == ["main", "other"])
    }

    @Test(arguments: mistakes)
    func mistakesPointAtTheirPlace(_ mistake: Mistake) throws {
        let range = try #require(Self.good.range(of: mistake.line + "\n"))
        var text = Self.good.replacingCharacters(in: range, with: mistake.instead + "\n")
        var place: (line: Int, column: Int)?
        if let mark = text.firstIndex(of: "^") {
            let before = text[..<mark].split(separator: "\n", omittingEmptySubsequences: false)
            place = (before.count, (before.last?.count ?? 0) + 1)
            text.remove(at: mark)
        }
        let error = #expect(throws: InputError.self) {
            try ScenarioReader.read(text: text, file: "bad.yaml")
        }
        let found = try #require(error).diagnostics
        let fitting = found.filter { $0.description.contains(mistake.says) }
        #expect(!fitting.isEmpty, "\(found)")
        guard let place, !mistake.instead.contains("as: ^cpy") else {
            return
        }
        #expect(
            fitting.contains { $0.location.line == place.line && $0.location.column == place.column },
            "expected \(place) in \(found)")
    }

    @Test func allMistakesAreReportedAtOnce() throws {
        let text = Self.good.replacing("enable: local", with: "enabel: local")
            .replacing("times: 7", with: "times: x").replacing("getppid", with: "")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(try #require(error).diagnostics.count >= 3)
    }

    @Test func buffersNeedPromisesOnEveryKernel() throws {
        let text = Self.good.replacing("    - count: 0\n      when: exclusive\n", with: "")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(
            try #require(error).description.contains(
                "nothing is expected of buffer 'remote' on a kernel that claims nothing"))
    }

    @Test(arguments: [
        ("barrier: ready", "only task 'main' comes to barrier 'ready'"),
        ("watch-records: {buffer: local, until: ready}", "no task comes to barrier 'ready'"),
    ])
    func barriersNeedTwoTasks(step: String, found: String) throws {
        let text = Self.good.replacing(
            "    - spawn-thread: other\n", with: "    - spawn-thread: other\n    - \(step)\n")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(try #require(error).description.contains(found))
    }

    @Test func sumsAreMadeBeforeTheProgramStarts() throws {
        let text = Self.good.replacing(
            "    - spawn-thread: other\n",
            with: "    - spawn-thread: other\n    - call: {name: getppid, arguments: [{sum: [$local, 1]}]}\n")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(try #require(error).description.contains("known before the program starts 'local'"))
    }

    @Test func tasksMustBeStarted() throws {
        let text = Self.good.replacing("    - spawn-thread: other\n", with: "")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(try #require(error).description.contains("task 'other' is never started"))
    }

    @Test func signalsEndOnlyProcessesOfTheirOwn() throws {
        let text = Self.good.replacing(
            "    - spawn-thread: other\n", with: "    - spawn-thread: other\n    - exit: {signal: 9}\n")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(try #require(error).description.contains("task 'main' has no process of its own"))
    }

    @Test func corruptBuffersAllowOnlyCounts() throws {
        let text = Self.good.replacing(
            "- unchecked: a sample", with: "- corrupt: a sample\n    - absent: [work]")
        let error = #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
        #expect(try #require(error).description.contains("only its count can be expected"))
    }

    @Test(arguments: ["", "- a\n", "name: [", "name: a\nname: b\n", "{}", "tasks: {main: []}"])
    func nonsenseIsRefused(_ text: String) {
        #expect(throws: InputError.self) { try ScenarioReader.read(text: text, file: "bad.yaml") }
    }
}
