// SPDX-License-Identifier: Apache-2.0

/// A function that a patch changes, as git's hunk headers tell it.
package struct PatchPlace: Sendable, Hashable, Codable {
    package let file: String
    /// The text behind the second @@ of a hunk, up to the parenthesis; empty when there is none.
    package let function: String

    /// The places of a unified diff, in its order, each once.
    static func all(in patch: String) -> [Self] {
        var places: [Self] = []
        var file = ""
        for line in patch.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("+++ ") {
                let path = line.dropFirst(4).prefix { $0 != "\t" }
                file = path.split(separator: "/").dropFirst().joined(separator: "/")
            } else if line.hasPrefix("@@ -") {
                let context = line.dropFirst(2).split(separator: "@@", maxSplits: 1).dropFirst().first ?? ""
                let function = context.prefix { $0 != "(" }.split(separator: " ").last.map(String.init) ?? ""
                let place = Self(file: file, function: function)
                if !places.contains(place) { places.append(place) }
            }
        }
        return places
    }
}
