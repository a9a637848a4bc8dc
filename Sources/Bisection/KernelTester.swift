// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import KernelBuild
package import Lab
package import Reports
package import ScenarioModel

/// Builds a kernel, boots it and runs scenarios on it; what a night needs of the rest of kcovlab.
package protocol KernelTester: Sendable {
    /// Runs scenarios on one kernel and leaves the reports in a directory.
    ///
    /// - Parameters:
    ///   - kernel: What to build.
    ///   - scenarios: In the order of the report.
    ///   - host: The libvirt URI of the machine to run guests on.
    ///   - repeats: How often each scenario runs.
    ///   - directory: Empty; becomes the run directory.
    /// - Returns: What came out.
    /// - Throws: `KernelBuildFailure` when the kernel is to blame, `InputError` when what was asked for cannot be, any
    ///   other error when this machine or the host is.
    func test(
        _ kernel: KernelChoice, _ scenarios: [Scenario], on host: String, repeats: Int,
        in directory: RunDirectory
    ) async throws -> RunRecord

    /// Compares what two runs recorded of one scenario.
    ///
    /// - Parameters:
    ///   - scenario: Its name.
    ///   - base: The run directory of the run before, and what to call it.
    ///   - head: The same of the run after.
    /// - Returns: The comparison as text.
    /// - Throws: What keeps a directory from being read as a run.
    func compare(
        _ scenario: String, from base: (directory: URL, name: String), to head: (directory: URL, name: String)
    ) async throws -> String

    /// Which source lines a run recorded.
    ///
    /// - Parameter directory: A run directory that `test` filled.
    /// - Returns: The lines; nil when nothing was recorded.
    /// - Throws: What keeps the directory from being read as a run, or its addresses from having lines.
    func coverage(of directory: URL) async throws -> LineCoverage?

    /// The content key a kernel would have; nil when only fetching can tell.
    ///
    /// - Throws: `InputError` when it cannot be built whatever happens.
    func key(of kernel: KernelChoice) async throws -> String?
}
