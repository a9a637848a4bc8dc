// SPDX-License-Identifier: Apache-2.0

public import KcovModel

/// Says where program counters are in the source.
///
/// A trace repeats few places many times, so each place is decoded once and has a number from then on.
public struct Symbolizer {
    /// What the image says of one program counter.
    public struct Place: Hashable, Sendable {
        public let pc: ProgramCounter
        /// The symbol that contains it; empty when there is none.
        public let symbol: String
        /// Innermost first; empty where the image says nothing.
        public let frames: [SourceFrame]
        /// Whether a coverage callback returns here.
        public let isCoveragePoint: Bool
    }

    /// The places that were asked for, in the order of their first occurrence.
    public private(set) var places: [Place] = []

    private let index: VmlinuxIndex
    private let points: PointSearch
    private let strings: SharedStrings
    private var byPoint: [Int32]
    private var byAddress: [ProgramCounter: Int] = [:]

    public init(index: VmlinuxIndex) {
        self.index = index
        points = index.file.pointSearch
        strings = SharedStrings(index.file)
        byPoint = Array(repeating: -1, count: points.count)
    }

    /// The number of a program counter's place.
    ///
    /// - Parameter pc: A return address, as kcov records it; any number may be wrong.
    /// - Returns: Its index in `places`.
    public mutating func placeNumber(of pc: ProgramCounter) -> Int {
        guard let point = points.number(of: pc) else { return placeNumber(ofOther: pc) }
        if byPoint[point] < 0 {
            byPoint[point] = Int32(places.count)
            let found = index.place(ofPoint: point, text: strings.text)
            places.append(Place(pc: pc, symbol: found.symbol, frames: found.frames, isCoveragePoint: true))
        }
        return Int(byPoint[point])
    }

    private mutating func placeNumber(ofOther pc: ProgramCounter) -> Int {
        if let known = byAddress[pc] { return known }
        byAddress[pc] = places.count
        let found = index.frames(at: pc)
        places.append(
            Place(pc: pc, symbol: found?.symbol ?? "", frames: found?.frames ?? [], isCoveragePoint: false))
        return places.count - 1
    }
}

/// The strings of an index, each made once.
private final class SharedStrings {
    private let file: MappedIndex
    private var known: [String?]

    init(_ file: MappedIndex) {
        self.file = file
        known = Array(repeating: nil, count: file[.strings].count)
    }

    func text(_ number: UInt32) -> String {
        guard number < known.count else { return "" }
        if let string = known[Int(number)] { return string }
        let string = file.string(number)
        known[Int(number)] = string
        return string
    }
}
