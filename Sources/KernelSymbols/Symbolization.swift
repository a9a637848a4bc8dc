// SPDX-License-Identifier: Apache-2.0

public import KcovModel

/// Many program counters with their places in the source.
///
/// A trace repeats few places many times, so each place is decoded once and every program counter refers to it.
public struct Symbolization: Sendable {
    /// A place, shared by every program counter that has it.
    public struct Place: Hashable, Sendable {
        public let pc: ProgramCounter
        /// The symbol that contains it; empty when there is none.
        public let symbol: String
        /// Innermost first; empty where the image says nothing.
        public let frames: [SourceFrame]
        /// Whether a coverage callback returns here.
        public let isCoveragePoint: Bool
    }

    /// The distinct places in the order of their first occurrence.
    public let places: [Place]
    /// For each program counter that was asked for the number of its place.
    public let placeNumbers: [UInt32]
}

extension VmlinuxIndex {
    /// Looks up many program counters at once.
    ///
    /// - Parameter programCounters: Return addresses, as kcov records them; any number may be wrong.
    /// - Returns: One place for each, in the same order.
    public func symbolize(_ programCounters: [ProgramCounter]) -> Symbolization {
        let unknown = UInt32.max
        var places: [Symbolization.Place] = []
        var byPoint = [UInt32](repeating: unknown, count: file[.points].count)
        var byAddress: [ProgramCounter: UInt32] = [:]
        var strings = [String?](repeating: nil, count: file[.strings].count)
        func text(_ number: UInt32) -> String {
            guard number < strings.count else { return "" }
            if let known = strings[Int(number)] { return known }
            let string = file.string(number)
            strings[Int(number)] = string
            return string
        }
        var numbers: [UInt32] = []
        numbers.reserveCapacity(programCounters.count)
        for pc in programCounters {
            if let point = pointNumber(of: pc) {
                if byPoint[point] == unknown {
                    byPoint[point] = UInt32(places.count)
                    let found = place(ofPoint: point, text: text)
                    places.append(
                        Symbolization.Place(
                            pc: pc, symbol: found.symbol, frames: found.frames, isCoveragePoint: true))
                }
                numbers.append(byPoint[point])
            } else if let known = byAddress[pc] {
                numbers.append(known)
            } else {
                byAddress[pc] = UInt32(places.count)
                numbers.append(UInt32(places.count))
                let found = frames(at: pc)
                places.append(
                    Symbolization.Place(
                        pc: pc, symbol: found?.symbol ?? "", frames: found?.frames ?? [],
                        isCoveragePoint: false))
            }
        }
        return Symbolization(places: places, placeNumbers: numbers)
    }
}
