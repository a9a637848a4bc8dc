// SPDX-License-Identifier: Apache-2.0

public import Foundation

extension Symbolization {
    /// Writes a line for each frame of each program counter: address, function, file and line; what a frame is inlined
    /// into stands below it, indented.
    ///
    /// - Parameter write: Called with pieces of about a megabyte.
    public func write(_ write: (Data) -> Void) {
        // Each place becomes text once; the trace then copies it.
        var rendered: [UInt8] = []
        rendered.reserveCapacity(places.count * 128)
        var ends = [0]
        for place in places {
            place.append(to: &rendered)
            ends.append(rendered.count)
        }
        var text: [UInt8] = []
        for number in placeNumbers {
            text += rendered[ends[Int(number)]..<ends[Int(number) + 1]]
            guard text.count >= 1 << 20 else { continue }
            write(Data(text))
            text.removeAll(keepingCapacity: true)
        }
        if !text.isEmpty { write(Data(text)) }
    }
}

extension Symbolization.Place {
    fileprivate func append(to text: inout [UInt8]) {
        if frames.isEmpty { text += "\(pc) \(symbol.isEmpty ? "??" : symbol) ??:0\n".utf8 }
        for (number, frame) in frames.enumerated() {
            let start = number == 0 ? "\(pc)" : " (inlined into)"
            text += "\(start) \(frame.function) \(frame.file):\(frame.line)\n".utf8
        }
    }
}
