// SPDX-License-Identifier: Apache-2.0

/// What becomes of tests that need guests on a machine.
enum MachineDecision: Hashable {
    case run
    /// They are skipped, and this is why.
    case skip(String)
    /// They fail, and this is why.
    case fail(String)

    /// - Parameters:
    ///   - obstacles: What keeps guests from running, one line each.
    ///   - required: Whether a machine that cannot run guests is a failure.
    init(obstacles: [String], required: Bool) {
        guard !obstacles.isEmpty else {
            self = .run
            return
        }
        let text = "this machine cannot run guests:\n" + obstacles.joined(separator: "\n")
        self = required ? .fail(text) : .skip(text)
    }
}
