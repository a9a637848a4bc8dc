// SPDX-License-Identifier: Apache-2.0

extension ByteWriter {
    mutating func write(_ facts: GuestFacts) {
        write(facts.release)
        write(facts.machine)
        write(facts.processors)
        write(facts.uptime)
    }

    mutating func write(_ report: StepReport) {
        write(report.number)
        write(report.state.rawValue)
        write(report.runs)
        write(report.result)
    }

    mutating func write(_ report: TaskReport) {
        write(report.name)
        write(report.state.rawValue)
        write(report.detail)
    }

    mutating func write(_ report: BufferReport) {
        write(report.name)
        write(report.mode)
        write(report.size)
        write(report.count)
        write(optional: report.countAtDisable) { $0.write($1) }
        write(report.words)
        write(report.checksum)
    }

    mutating func write(_ ending: ProgramEnding) {
        switch ending {
        case .completed: write(UInt8(0))
        case .broken: write(UInt8(1))
        case .timedOut: write(UInt8(2))
        case .notPrepared(let reason):
            write(UInt8(3))
            write(reason)
        case .stuck(let step):
            write(UInt8(4))
            write(step)
        }
    }

    mutating func write(_ state: GuestState) {
        write(state.kcovBuffers)
        write(state.takenHandles)
        write(state.processes)
        write(state.descriptors)
    }
}

extension ByteReader {
    mutating func readFacts() throws(ProtocolError) -> GuestFacts {
        GuestFacts(
            release: try readText(), machine: try readText(), processors: try read(), uptime: try read())
    }

    mutating func readStepReport() throws(ProtocolError) -> StepReport {
        let number: UInt32 = try read()
        let state: UInt8 = try read()
        guard let known = StepReport.State(rawValue: state) else {
            throw .unknown(what: "step state", number: state)
        }
        return StepReport(number: number, state: known, runs: try read(), result: try read())
    }

    mutating func readTaskReport() throws(ProtocolError) -> TaskReport {
        let name = try readText()
        let state: UInt8 = try read()
        guard let known = TaskReport.State(rawValue: state) else {
            throw .unknown(what: "task state", number: state)
        }
        return TaskReport(name: name, state: known, detail: try read())
    }

    mutating func readBufferReport() throws(ProtocolError) -> BufferReport {
        let name = try readText()
        let mode: UInt8 = try read()
        guard mode <= 1 else { throw .unknown(what: "trace mode", number: mode) }
        return BufferReport(
            name: name, mode: mode, size: try read(), count: try read(),
            countAtDisable: try readOptional { (reader: inout Self) throws(ProtocolError) in
                try reader.read(UInt64.self)
            },
            words: try read(), checksum: try read())
    }

    mutating func readEnding() throws(ProtocolError) -> ProgramEnding {
        switch try read(UInt8.self) {
        case 0: return .completed
        case 1: return .broken
        case 2: return .timedOut
        case 3: return .notPrepared(reason: try readText())
        case 4: return .stuck(step: try read())
        case let other: throw .unknown(what: "ending", number: other)
        }
    }

    mutating func readState() throws(ProtocolError) -> GuestState {
        GuestState(
            kcovBuffers: try read(), takenHandles: try read(), processes: try read(), descriptors: try read())
    }
}
