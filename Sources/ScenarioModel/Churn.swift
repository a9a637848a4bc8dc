// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import KcovModel

/// A random walk of one thread through the states of its descriptors, with the errno of every call known beforehand.
///
/// The rules are those of `kcov_ioctl_locked()` in kernel/kcov.c, in its order: a descriptor in use is EINVAL, a thread
/// whose slot is taken is EBUSY, then the argument is looked at. The same seed gives the same walk.
struct Churn {
    /// One call of the walk.
    struct Move {
        let verb: String
        let arguments: [String: Value]
        let expectation: StepExpectation
        let text: String
    }

    private let descriptors: [String]
    /// Whether a thread has a slot for each kind of tracing, or one for both.
    private let hasTwoSlots: Bool
    private let hasComparisons: Bool
    private var random: UInt64
    private var local: String?
    private var remote: String?

    init(descriptors: [String], hasTwoSlots: Bool, hasComparisons: Bool, seed: UInt64) {
        self.descriptors = descriptors
        self.hasTwoSlots = hasTwoSlots
        self.hasComparisons = hasComparisons
        random = seed
    }

    /// The next call.
    mutating func next() -> Move {
        let name = descriptors[Int(draw(UInt64(descriptors.count)))]
        switch draw(10) {
        case 0...2: return enable(name)
        case 3...5: return enableRemote(name)
        case 6...8: return disable(name)
        default: return initialise(name)
        }
    }

    private mutating func enable(_ name: String) -> Move {
        // A mode that does not exist, one time in six.
        let mode: UInt64 = draw(6) == 0 ? 2 : draw(2)
        let error =
            inUse(name)
            ? EINVAL : isTaken(local, or: remote) ? EBUSY : fault(ofMode: mode)
        if error == nil { local = name }
        return move(
            "enable", ["kcov": .text(name), "mode": .integer(mode)], error, "enable \(name) mode=\(mode)")
    }

    private func fault(ofMode mode: UInt64) -> Int32? {
        switch TraceMode(rawValue: mode) {
        case .pc: nil
        case .comparisons: hasComparisons ? nil : ENOTSUPP
        case nil: EINVAL
        }
    }

    private mutating func enableRemote(_ name: String) -> Move {
        let common = 0x40 + draw(4)
        let bus = 0x01 << 56 | draw(4)
        // Twice the same, a reserved bit, or as it should be.
        let handles: [UInt64] =
            switch draw(8) {
            case 0: [bus, bus]
            case 1: [bus, 0x02 << 56]
            default: [bus]
            }
        let fault = handles.count < 2 ? nil : handles[0] == handles[1] ? EEXIST : EINVAL
        let error = inUse(name) ? EINVAL : isTaken(remote, or: local) ? EBUSY : fault
        if error == nil { remote = name }
        return move(
            "remote-enable",
            [
                "kcov": .text(name), "common": .integer(common),
                "handles": .list(handles.map { .integer($0) }),
            ], error,
            "remote-enable \(name) common=\(common) handles="
                + handles.map { String($0, radix: 16) }.joined(separator: ","))
    }

    private mutating func disable(_ name: String) -> Move {
        let argument: UInt64 = draw(8) == 0 ? 1 : 0
        let error = argument != 0 || !inUse(name) ? EINVAL : nil
        if error == nil {
            if local == name { local = nil } else { remote = nil }
        }
        return move(
            "disable", ["kcov": .text(name), "argument": .integer(argument)], error,
            "disable \(name) argument=\(argument)")
    }

    private func initialise(_ name: String) -> Move {
        move("init", ["kcov": .text(name), "words": .integer(512)], EBUSY, "init \(name)")
    }

    private func inUse(_ name: String) -> Bool { local == name || remote == name }

    private func isTaken(_ slot: String?, or other: String?) -> Bool {
        slot != nil || !hasTwoSlots && other != nil
    }

    private func move(_ verb: String, _ arguments: [String: Value], _ error: Int32?, _ text: String) -> Move {
        Move(
            verb: verb, arguments: arguments, expectation: error.map(StepExpectation.errno) ?? .value(0),
            text: text)
    }

    /// A number below `bound`, from the SplitMix64 sequence.
    private mutating func draw(_ bound: UInt64) -> UInt64 {
        random &+= 0x9e37_79b9_7f4a_7c15
        var value = random
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return (value ^ value >> 31) % bound
    }
}

/// The error numbers of the walk, as Linux has them on every architecture.
private let EBUSY: Int32 = 16
private let EEXIST: Int32 = 17
private let EINVAL: Int32 = 22
private let ENOTSUPP: Int32 = 524
