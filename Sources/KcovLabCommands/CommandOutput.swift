// SPDX-License-Identifier: Apache-2.0

import Glibc
import Reports

/// The two streams of a command.
enum CommandOutput {
    static func line(_ text: String) { document(text + "\n") }

    /// Writes a text as it is.
    static func document(_ text: String) { ProcessOutput.write(text, to: STDOUT_FILENO) }

    static func document(_ bytes: [UInt8]) { ProcessOutput.write(bytes, to: STDOUT_FILENO) }

    /// Writes a JSON document.
    ///
    /// - Throws: `EncodingError`.
    static func json(_ document: some Encodable) throws {
        self.document([UInt8](try document.readableJSON()))
    }

    /// Writes to standard error as it is.
    static func diagnostic(_ text: String) { ProcessOutput.write(text + "\n", to: STDERR_FILENO) }

    static func error(_ text: String) { diagnostic("kcovlab: " + text) }
}
