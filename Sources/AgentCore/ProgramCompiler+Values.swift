// SPDX-License-Identifier: Apache-2.0

internal import AgentProtocol
internal import GuestKernel
internal import KcovModel
internal import Stimuli

extension ProgramCompiler {
    func text(_ name: String, of step: Step) throws(ProgramError) -> String {
        guard let text = try optionalText(name, of: step) else {
            throw ProgramError("step \(step.number), \(step.verb): '\(name)' is missing")
        }
        return text
    }

    func optionalText(_ name: String, of step: Step) throws(ProgramError) -> String? {
        switch step.arguments[name] {
        case nil: return nil
        case .text(let text): return text
        default: throw ProgramError("step \(step.number), \(step.verb): '\(name)' must be a name")
        }
    }

    /// A number for an operation; `fallback` when the argument is absent.
    func operand(_ name: String, of step: Step, default fallback: UInt64? = nil) throws -> Operand {
        if let value = step.arguments[name] { return try operand(value, of: step) }
        guard let fallback else {
            throw ProgramError("step \(step.number), \(step.verb): '\(name)' is missing")
        }
        return .value(fallback)
    }

    func operand(_ value: Value, of step: Step) throws -> Operand {
        switch value {
        case .integer(let number): return .value(number)
        case .text(let text):
            if let mode = TraceMode(name: text) { return .value(mode.rawValue) }
            return .value(try arena.place(text))
        case .reference(let name): return try resolve(name, of: step)
        case .sum(let values):
            var sum: UInt64 = 0
            for value in values {
                guard case .value(let number) = try operand(value, of: step) else {
                    throw ProgramError(
                        "step \(step.number): a sum takes values known before the program starts")
                }
                sum &+= number
            }
            return .value(sum)
        case .list:
            throw ProgramError("step \(step.number), \(step.verb): a list where a number is expected")
        }
    }

    /// What a `$name` stands for.
    private func resolve(_ name: String, of step: Step) throws(ProgramError) -> Operand {
        if let slot = kept[name] { return .word(at: slot) }
        if let descriptor = descriptors[name] { return .word(at: descriptor.slot) }
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        if parts.count == 2 {
            if parts[1] == "address", let buffer = buffers[parts[0]] { return .value(buffer.address) }
            if let value = stimuli[parts[0]]?.exports[parts[1]] { return .value(value) }
        }
        throw ProgramError("step \(step.number), \(step.verb): nothing is called '$\(name)'")
    }

    /// The word that holds a descriptor's number.
    func slot(_ name: String, of step: Step) throws -> UInt64 {
        let descriptor = try text(name, of: step)
        if let entry = descriptors[descriptor] { return entry.slot }
        if let slot = kept[descriptor] ?? stimuli[descriptor]?.descriptor { return slot }
        throw ProgramError("step \(step.number), \(step.verb): no descriptor is called '\(descriptor)'")
    }

    func buffer(_ name: String, of step: Step) throws(ProgramError) -> BufferEntry {
        let buffer = try text(name, of: step)
        guard let entry = buffers[buffer] else {
            throw ProgramError("step \(step.number), \(step.verb): no buffer is called '\(buffer)'")
        }
        return entry
    }

    /// The bookkeeping entries of the buffers mapped from a descriptor.
    func bufferAddresses(of descriptor: String) -> [UInt64] {
        (descriptors[descriptor]?.buffers ?? []).compactMap { buffers[$0] }.map(entryAddress)
    }

    /// The promise a step makes about its value.
    static func promise(of step: Step) -> ResultPromise {
        switch step.expectation {
        case .success: .success
        case .errno(let number): .exactly(-Int64(number))
        case .value(let value): .exactly(value)
        case .anything: .anything
        }
    }
}
