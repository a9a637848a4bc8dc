// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Foundation

/// Checks scenario files without a kernel.
package enum ScenarioCheck {
    /// Everything that is wrong with these files, alone and together; empty when nothing is.
    ///
    /// Functions are not looked up: which ones exist depends on the kernel.
    package static func check(files: [URL]) -> [Diagnostic] {
        do throws(InputError) {
            _ = try ScenarioFiles.read(files)
            return []
        } catch {
            return error.diagnostics
        }
    }

    /// The scenario files of a directory.
    package static func files(in directory: URL) -> [URL] { ScenarioFiles.list(directory) }
}
