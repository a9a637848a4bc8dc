// SPDX-License-Identifier: Apache-2.0

public import KcovModel

/// The text of program counters: a line for each frame of each, with address, function, file and line; what a frame is
/// inlined into stands below it, indented.
public struct SymbolizedText {
    private var symbolizer: Symbolizer
    // Each place becomes text once, and every program counter copies it from there.
    private var rendered: [UInt8] = []
    private var ends = [0]

    public init(index: VmlinuxIndex) {
        symbolizer = Symbolizer(index: index)
    }

    /// Adds the text of program counters, in their order.
    public mutating func append(_ programCounters: [ProgramCounter], to text: inout [UInt8]) {
        for pc in programCounters {
            let number = symbolizer.placeNumber(of: pc)
            if number == ends.count - 1 {
                symbolizer.places[number].append(to: &rendered)
                ends.append(rendered.count)
            }
            text += rendered[ends[number]..<ends[number + 1]]
        }
    }
}

extension Symbolizer.Place {
    fileprivate func append(to text: inout [UInt8]) {
        if frames.isEmpty { text += "\(pc) \(symbol.isEmpty ? "??" : symbol) ??:0\n".utf8 }
        for (number, frame) in frames.enumerated() {
            let start = number == 0 ? "\(pc)" : " (inlined into)"
            text += "\(start) \(frame.function) \(frame.file):\(frame.line)\n".utf8
        }
    }
}
