// SPDX-License-Identifier: Apache-2.0

package import Foundation

extension Encodable {
    /// The bytes of a JSON file for people and programs: pretty, keys sorted, a line feed at the end.
    package func readableJSON() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
