// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import KernelBuild
import KernelSymbols
import Lab
import Reports

/// Gives the addresses that a run recorded their source lines.
struct RecordedLines: Sendable {
    let settings: Settings
    let shipped: ShippedData

    /// Looks up the lines of a run.
    ///
    /// - Parameters:
    ///   - saved: The run.
    ///   - name: What the reader calls it.
    /// - Returns: The lines; nil when nothing was recorded.
    /// - Throws: `CommandFailure` when the kernel is gone, `SavedRun.Damage`, `SymbolError`.
    func coverage(of saved: SavedRun, named name: String) async throws -> LineCoverage? {
        let recorded = try saved.programCounters()
        guard !recorded.isEmpty else { return nil }
        let key = saved.record.kernel.key
        guard let image = try await KernelBuilder(settings: settings, shipped: shipped).image(ofKey: key)
        else {
            throw CommandFailure(
                "the cache no longer has the kernel \(key.prefix(12)) of \(name), so its addresses have no lines",
                status: .badInput)
        }
        let index = try VmlinuxIndex.open(
            vmlinux: image, cacheDirectory: settings.cache.appending(path: "indexes"))
        return LineCoverage(recorded, index: index, all: index.programCounters)
    }
}
