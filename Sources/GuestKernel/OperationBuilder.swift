// SPDX-License-Identifier: Apache-2.0

package import CGuest

/// An argument of an operation.
package enum Operand: Hashable, Sendable {
    case value(UInt64)
    /// The word at this address, read when the operation runs.
    case word(at: UInt64)

    package static func number(_ value: some BinaryInteger) -> Self {
        .value(UInt64(truncatingIfNeeded: value))
    }
}

/// What an operation's result must be.
package enum ResultPromise: Hashable, Sendable {
    case success
    case exactly(Int64)
    case anything
}

/// Collects the operations of all tasks in the order of the array the executor runs (executor.c).
package struct OperationBuilder {
    package let arena: Arena
    package private(set) var operations: [kl_op] = []
    /// The result entry that the next operations belong to.
    package var step: UInt32 = 0

    package init(arena: Arena) {
        self.arena = arena
    }

    /// The index of the next operation.
    package var next: UInt64 { UInt64(operations.count) }

    private mutating func append(
        _ code: kl_code, number: UInt64 = 0, _ operands: [Operand] = [], promise: ResultPromise = .success,
        flags: Int32 = KL_NO_VALUE, keep: UInt64 = 0
    ) {
        var operation = kl_op()
        operation.code = UInt8(truncatingIfNeeded: code.rawValue)
        operation.flags = UInt8(truncatingIfNeeded: flags)
        operation.step = step
        operation.number = number
        operation.keep = keep
        switch promise {
        case .success: operation.expect = UInt8(KL_SUCCESS.rawValue)
        case .exactly(let value):
            operation.expect = UInt8(KL_EXACTLY.rawValue)
            operation.expected = value
        case .anything: operation.expect = UInt8(KL_ANYTHING.rawValue)
        }
        var values = [UInt64](repeating: 0, count: 6)
        for (index, operand) in operands.prefix(6).enumerated() {
            switch operand {
            case .value(let value): values[index] = value
            case .word(let address):
                values[index] = address
                operation.indirect |= 1 << UInt8(index)
            }
        }
        operation.a = (values[0], values[1], values[2], values[3], values[4], values[5])
        operations.append(operation)
    }

    /// A system call whose failure breaks the step, but whose value is not the step's.
    package mutating func call(_ number: Int, _ arguments: [Operand], keep: UInt64 = 0) {
        append(KL_CALL, number: UInt64(number), arguments, keep: keep)
    }

    /// The system call the step is about: its value is the step's.
    package mutating func primary(
        _ number: Int, _ arguments: [Operand], promise: ResultPromise, keep: UInt64 = 0
    ) {
        append(KL_CALL, number: UInt64(number), arguments, promise: promise, flags: 0, keep: keep)
    }

    /// An operation of the executor itself whose value is the step's.
    package mutating func primary(
        _ code: kl_code, _ arguments: [Operand], promise: ResultPromise = .success, keep: UInt64 = 0
    ) {
        append(code, arguments, promise: promise, flags: 0, keep: keep)
    }

    /// Stores a value of 1, 2, 4 or 8 bytes.
    package mutating func store(_ value: Operand, at address: Operand, width: UInt64 = 8) {
        append(KL_MOVE, number: width, [address, value])
    }

    /// Adds to a value of 1, 2, 4 or 8 bytes.
    package mutating func add(_ value: UInt64, to address: UInt64, width: UInt64 = 8) {
        append(KL_ADD, number: width, [.value(address), .value(value)])
    }

    /// Waits until a word is at least as large as a number.
    package mutating func waitUntil(wordAt address: UInt64, atLeast value: Operand) {
        append(KL_WAIT_COUNT, [.value(address), value])
    }

    /// Bookkeeping that only happens after the step's system call succeeded.
    package mutating func afterSuccess(_ code: kl_code, _ arguments: [Operand]) {
        append(code, number: 8, arguments, flags: KL_SILENT | KL_IF_SUCCESS)
    }

    /// Bookkeeping that always happens.
    package mutating func silently(_ code: kl_code, _ arguments: [Operand], keep: UInt64 = 0) {
        append(code, number: 8, arguments, promise: .anything, flags: KL_SILENT, keep: keep)
    }

    /// Waits until a word is larger than the word at `mark`, or as large as it can get.
    package mutating func waitUntil(wordAt address: UInt64, exceeds mark: UInt64, orReaches limit: UInt64) {
        append(KL_WAIT_GROWN, [.value(address), .word(at: mark), .value(limit)])
    }

    /// Marks the last operation of a step, after which it has run once.
    package mutating func complete() {
        append(KL_NOTHING, flags: KL_NO_VALUE | KL_COMPLETES)
    }

    /// Ends the task.
    package mutating func end() {
        append(KL_END)
    }

    /// Sets where an earlier `KL_LOOP` goes when it has nothing to do.
    package mutating func setTarget(ofLoop index: UInt64, to target: UInt64) {
        operations[Int(index)].a.2 = target
    }
}
