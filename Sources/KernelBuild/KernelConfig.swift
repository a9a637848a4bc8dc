// SPDX-License-Identifier: Apache-2.0

import Diagnostics

/// The values in a finished .config.
struct KernelConfig: Sendable {
    private let values: [String: String]

    init(_ text: String) {
        var values: [String: String] = [:]
        let nowhere = SourceLocation(file: ".config", line: 0, column: 0)
        for line in text.split(separator: "\n") {
            guard let request = KconfigFragment.request(line, at: nowhere) else { continue }
            values[request.symbol] = request.value
        }
        self.values = values
    }

    /// The value of a symbol; `n` for one that is not set or not there.
    subscript(symbol: String) -> String { values[symbol] ?? "n" }

    /// Symbols that are built in, a measure of how much there is to compile.
    var enabledCount: Int { values.values.count { $0 == "y" || $0 == "m" } }
}
