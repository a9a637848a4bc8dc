// SPDX-License-Identifier: Apache-2.0

/// One thing a run needs, and whether this machine has it.
package struct Checkup: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        case good
        /// A run works, but slower or with less to see.
        case poor(fix: String)
        /// A run cannot work.
        case bad(fix: String)
    }

    /// What was looked at: `bubblewrap`.
    package let subject: String
    package let state: State
    /// What was seen, one line: `/usr/bin/bwrap starts a sandbox`.
    package let found: String

    package init(_ subject: String, _ state: State, found: String) {
        self.subject = subject
        self.state = state
        self.found = found
    }

    package var isBad: Bool {
        if case .bad = state { true } else { false }
    }

    /// What to do, where there is something to do.
    package var fix: String? {
        switch state {
        case .good: nil
        case .poor(let fix), .bad(let fix): fix
        }
    }
}
