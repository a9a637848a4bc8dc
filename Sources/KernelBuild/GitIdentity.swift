// SPDX-License-Identifier: Apache-2.0

/// Who git says the user is.
package enum GitIdentity {
    /// `Name <address>`, as in a trailer; nil where git was told neither.
    package static func current() async -> String? {
        func value(_ key: String) async -> String? {
            let outcome = try? await Command("git", ["config", "--get", key]).outcome()
            guard let outcome, outcome.succeeded else { return nil }
            let text = outcome.output.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            return text.isEmpty ? nil : text
        }
        guard let name = await value("user.name"), let address = await value("user.email") else { return nil }
        return "\(name) <\(address)>"
    }
}
