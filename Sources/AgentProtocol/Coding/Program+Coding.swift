// SPDX-License-Identifier: Apache-2.0

extension ByteWriter {
    mutating func write(_ value: Value) {
        switch value {
        case .integer(let number):
            write(UInt8(0))
            write(number)
        case .text(let text):
            write(UInt8(1))
            write(text)
        case .reference(let name):
            write(UInt8(2))
            write(name)
        case .sum(let values):
            write(UInt8(3))
            write(list: values) { $0.write($1) }
        case .list(let values):
            write(UInt8(4))
            write(list: values) { $0.write($1) }
        }
    }

    mutating func write(_ arguments: [String: Value]) {
        write(list: arguments.sorted { $0.key < $1.key }) { writer, argument in
            writer.write(argument.key)
            writer.write(argument.value)
        }
    }

    mutating func write(_ expectation: StepExpectation) {
        switch expectation {
        case .success: write(UInt8(0))
        case .errno(let number):
            write(UInt8(1))
            write(number)
        case .value(let value):
            write(UInt8(2))
            write(value)
        case .anything: write(UInt8(3))
        }
    }

    mutating func write(_ step: Step) {
        write(step.number)
        write(step.verb)
        write(step.arguments)
        write(step.times)
        write(step.expectation)
        write(optional: step.awaits) { $0.write($1) }
        write(optional: step.keepsResultAs) { $0.write($1) }
        write(list: step.body) { $0.write($1) }
    }

    mutating func write(_ program: Program) {
        write(list: program.descriptors) { writer, descriptor in
            writer.write(descriptor.name)
            writer.write(descriptor.words)
        }
        write(list: program.stimuli) { writer, stimulus in
            writer.write(stimulus.name)
            writer.write(stimulus.kind)
            writer.write(stimulus.arguments)
        }
        write(list: program.tasks) { writer, task in
            writer.write(task.name)
            writer.write(list: task.steps) { $0.write($1) }
        }
        write(program.stepLimit)
        write(program.limit)
    }
}

extension ByteReader {
    /// The bytes of a step whose texts and lists are empty: number 4, verb 4, arguments 4, times 8, expectation 1, the
    /// two flags 2, body 4.
    private static let smallestStep = 27

    mutating func readValue(depth: Int = 0) throws(ProtocolError) -> Value {
        guard depth < Self.depthLimit else { throw .tooDeep }
        func readItem(_ reader: inout Self) throws(ProtocolError) -> Value {
            try reader.readValue(depth: depth + 1)
        }
        switch try read(UInt8.self) {
        case 0: return .integer(try read())
        case 1: return .text(try readText())
        case 2: return .reference(try readText())
        case 3: return .sum(try readList(minimum: 5, readItem))
        case 4: return .list(try readList(minimum: 5, readItem))
        case let other: throw .unknown(what: "value", number: other)
        }
    }

    mutating func readArguments() throws(ProtocolError) -> [String: Value] {
        let pairs = try readList(minimum: 9) { (reader: inout Self) throws(ProtocolError) in
            (try reader.readText(), try reader.readValue())
        }
        return Dictionary(pairs) { _, last in last }
    }

    mutating func readExpectation() throws(ProtocolError) -> StepExpectation {
        switch try read(UInt8.self) {
        case 0: return .success
        case 1: return .errno(try read())
        case 2: return .value(try read())
        case 3: return .anything
        case let other: throw .unknown(what: "expectation", number: other)
        }
    }

    mutating func readStep(depth: Int = 0) throws(ProtocolError) -> Step {
        guard depth < Self.depthLimit else { throw .tooDeep }
        let number: UInt32 = try read()
        let verb = try readText()
        let arguments = try readArguments()
        let times: UInt64 = try read()
        let expectation = try readExpectation()
        let awaits = try readOptional { (reader: inout Self) throws(ProtocolError) in try reader.readText() }
        let keeps = try readOptional { (reader: inout Self) throws(ProtocolError) in try reader.readText() }
        let body = try readList(minimum: Self.smallestStep) { (reader: inout Self) throws(ProtocolError) in
            try reader.readStep(depth: depth + 1)
        }
        return Step(
            number: number, verb: verb, arguments: arguments, times: times, expectation: expectation,
            awaits: awaits, keepsResultAs: keeps, body: body)
    }

    mutating func readProgram() throws(ProtocolError) -> Program {
        let descriptors = try readList(minimum: 12) { (reader: inout Self) throws(ProtocolError) in
            Descriptor(name: try reader.readText(), words: try reader.read())
        }
        let stimuli = try readList(minimum: 12) { (reader: inout Self) throws(ProtocolError) in
            StimulusRequest(
                name: try reader.readText(), kind: try reader.readText(),
                arguments: try reader.readArguments())
        }
        let tasks = try readList(minimum: 8) { (reader: inout Self) throws(ProtocolError) in
            TaskProgram(
                name: try reader.readText(),
                steps: try reader.readList(minimum: Self.smallestStep) {
                    (reader: inout Self) throws(ProtocolError) in
                    try reader.readStep()
                })
        }
        return Program(
            descriptors: descriptors, stimuli: stimuli, tasks: tasks, stepLimit: try read(), limit: try read()
        )
    }
}
