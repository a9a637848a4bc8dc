// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Subprocess

/// The scripts that look at what reports are, with the programs that other people read them with.
package enum CheckoutScript {
    /// Whether pages can be looked at here; where everything is to be tested, they have to be.
    package static let hasBrowser =
        Settings.current.testsEverything
        || ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].contains {
            FileManager.default.isExecutableFile(atPath: $0)
        }

    /// Runs a script of the checkout, by its name in scripts/.
    package static func run(
        _ name: String, _ arguments: [String]
    ) async throws -> (isSuccess: Bool, output: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../scripts/\(name)").standardizedFileURL.path
        let result = try await Subprocess.run(
            .name("env"), arguments: Arguments([script] + arguments), output: .string(limit: 1 << 18),
            error: .combinedWithOutput)
        return (result.terminationStatus.isSuccess, result.standardOutput)
    }
}
