// SPDX-License-Identifier: Apache-2.0

import KcovModel
import Testing

@Suite("Coverage buffer")
struct CoverageBufferTests {
    @Test("Program counters are those the count claims and the payload holds")
    func programCounters() {
        func counters(count: UInt64) -> [UInt64] {
            CoverageBuffer(name: "a", mode: .pc, words: 8, count: count, payload: [10, 20, 30])
                .programCounters.map(\.rawValue)
        }
        #expect(counters(count: 2) == [10, 20])
        #expect(counters(count: 0) == [])
        #expect(counters(count: 9) == [10, 20, 30])
        #expect(counters(count: .max) == [10, 20, 30])
    }

    @Test("Comparisons are whole records only, whatever the count claims")
    func comparisons() {
        func records(count: UInt64) -> [ComparisonRecord] {
            CoverageBuffer(
                name: "a", mode: .comparisons, words: 16, count: count,
                payload: [3, 7, 9, 100, 4, 1, 2, 200, 0, 0]
            ).comparisons
        }
        #expect(records(count: 2).map(\.pc.rawValue) == [100, 200])
        #expect(records(count: .max).count == 2)
        #expect(records(count: 1).count == 1)
    }

    @Test("A buffer of one kind has nothing of the other")
    func kinds() {
        let buffer = CoverageBuffer(name: "a", mode: .pc, words: 8, count: 4, payload: [1, 2, 3, 4])
        #expect(buffer.comparisons.isEmpty)
    }

    @Test(
        "The capacity is what the kernel can count up to",
        arguments: [
            (TraceMode.pc, UInt64(512), UInt64(511)), (.comparisons, 512, 127), (.pc, 2, 1),
            (.comparisons, 2, 0), (.pc, 0, 0), (.comparisons, 0, 0),
        ])
    func capacity(mode: TraceMode, words: UInt64, capacity: UInt64) {
        let buffer = CoverageBuffer(name: "a", mode: mode, words: words, count: 0, payload: [])
        #expect(buffer.capacity == capacity)
    }
}

@Suite("Values of the uapi")
struct UapiValueTests {
    @Test(
        "The type word of a comparison gives size and constness",
        arguments: [
            (UInt64(0), 1, false), (1, 1, true), (2, 2, false), (4, 4, false), (6, 8, false), (7, 8, true),
        ])
    func comparisonType(type: UInt64, size: Int, isConstant: Bool) {
        let record = ComparisonRecord(type: type, first: 0, second: 0, pc: ProgramCounter(rawValue: 0))
        #expect(record.size == size)
        #expect(record.isConstant == isConstant)
        #expect(record.hasKnownType)
    }

    @Test("A type word with other bits is not the kernel's")
    func unknownType() {
        for type in [UInt64(8), .max, 1 << 63] {
            let record = ComparisonRecord(type: type, first: 0, second: 0, pc: ProgramCounter(rawValue: 0))
            #expect(!record.hasKnownType)
        }
    }

    @Test("Handles put the subsystem into the top byte and the instance into the low half")
    func handles() {
        #expect(RemoteHandle.common(instance: 0xffff_ffff).rawValue == 0xffff_ffff)
        #expect(RemoteHandle.common(instance: 5).subsystem == 0)
        #expect(RemoteHandle.usb(bus: 1).rawValue == 0x0100_0000_0000_0001)
        #expect(RemoteHandle.usb(bus: 3).subsystem == 1)
        #expect(RemoteHandle.usb(bus: 3).instance == 3)
    }

    @Test("The request numbers are those of include/uapi/linux/kcov.h")
    func requests() {
        // _IOR('c', 1, unsigned long), _IO('c', 100), _IO('c', 101), _IOW('c', 102, struct kcov_remote_arg).
        func number(_ direction: UInt64, _ command: UInt64, size: UInt64) -> UInt64 {
            direction << 30 | size << 16 | 0x63 << 8 | command
        }
        #expect(KcovRequest.initTrace.rawValue == number(2, 1, size: 8))
        #expect(KcovRequest.enable.rawValue == number(0, 100, size: 0))
        #expect(KcovRequest.disable.rawValue == number(0, 101, size: 0))
        #expect(KcovRequest.remoteEnable.rawValue == number(1, 102, size: 24))
    }

    @Test("A program counter is looked up inside its call")
    func callSite() {
        #expect(ProgramCounter(rawValue: 0xffff_ffff_8100_0005).callSite == 0xffff_ffff_8100_0004)
        #expect(ProgramCounter(rawValue: 0).callSite == .max)
        #expect(ProgramCounter(rawValue: 255).description == "0xff")
    }

    @Test("Every error name gives its number and comes back")
    func errors() {
        for name in Errno.names { #expect(Errno(name: name)?.name == name) }
        #expect(Set(Errno.names).count == Errno.names.count)
        #expect(Errno(name: "EBUSY")?.rawValue == 16)
        #expect(Errno(name: "ENOTSUPP")?.rawValue == 524)
        #expect(Errno(name: "EWHAT") == nil)
        #expect(Errno(rawValue: 4000).name == "errno 4000")
    }

    @Test("Mode names are those of scenario files")
    func modes() {
        #expect(TraceMode(name: "pc") == .pc)
        #expect(TraceMode(name: "cmp") == .comparisons)
        #expect(TraceMode(name: "PC") == nil)
    }
}
