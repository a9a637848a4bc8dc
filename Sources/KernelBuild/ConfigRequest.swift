// SPDX-License-Identifier: Apache-2.0

import Diagnostics

/// What all fragments of a recipe ask for together: a later one wins.
struct ConfigRequest: Sendable, Hashable {
    /// One for each symbol, in the order of their first mention.
    let requests: [KconfigFragment.Request]
    /// A sentence for each symbol that was given a second, different value.
    let warnings: [String]

    init(merging fragments: [KconfigFragment]) {
        var order: [String] = []
        var latest: [String: KconfigFragment.Request] = [:]
        var warnings: [String] = []
        for request in fragments.flatMap(\.requests) {
            if let previous = latest[request.symbol] {
                if previous.value != request.value {
                    warnings.append(
                        "\(request.location.fileAndLine) changes CONFIG_\(request.symbol) from "
                            + "\(previous.value) (\(previous.location.fileAndLine)) to "
                            + request.value)
                }
            } else {
                order.append(request.symbol)
            }
            latest[request.symbol] = request
        }
        requests = order.compactMap { latest[$0] }
        self.warnings = warnings
    }

    /// The text to merge into a .config.
    var text: String { requests.map(\.line).joined(separator: "\n") }

    /// The lines in a canonical order, for comparing two requests.
    var lines: Set<String> { Set(requests.map(\.line)) }
}
