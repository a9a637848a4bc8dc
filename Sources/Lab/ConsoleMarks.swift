// SPDX-License-Identifier: Apache-2.0

/// Finds the lines by which the agent says, on the console, where it is.
struct ConsoleMarks {
    static let prefix = Array("kcovlab-agent: ".utf8)
    /// Longer lines are no marks.
    private static let limit = 256

    private var line: [UInt8] = []

    /// What complete lines say behind the prefix.
    mutating func receive(_ bytes: [UInt8]) -> [String] {
        var marks: [String] = []
        for byte in bytes {
            if byte == 10 || byte == 13 {
                if let start = line.firstRange(of: Self.prefix) {
                    marks.append(String(decoding: line[start.upperBound...], as: UTF8.self))
                }
                line.removeAll(keepingCapacity: true)
            } else if line.count < Self.limit {
                line.append(byte)
            }
        }
        return marks
    }
}
