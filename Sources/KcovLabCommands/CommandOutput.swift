// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reports

/// The two streams of a command; a reader that went away stops nothing.
enum CommandOutput {
    static func line(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    /// Writes a JSON document.
    ///
    /// - Throws: `EncodingError`.
    static func json(_ document: some Encodable) throws {
        let data = try document.readableJSON()
        try? FileHandle.standardOutput.write(contentsOf: data)
    }

    /// Writes to standard error as it is.
    static func diagnostic(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    static func error(_ text: String) {
        diagnostic("kcovlab: " + text)
    }
}
