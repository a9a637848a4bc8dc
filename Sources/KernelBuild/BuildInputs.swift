// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// The files a recipe names, read once: what is hashed is what is used.
struct BuildInputs: Sendable {
    let patches: [PatchFile]
    /// Those of the recipe's series, whether they are applied or not.
    let series: [PatchFile]
    /// What was picked from files that hold more than one patch.
    let remarks: [String]
    let fragments: [KconfigFragment]
    let request: ConfigRequest

    /// Reads and checks them.
    ///
    /// - Throws: `InputError` with every mistake in every file.
    init(_ recipe: KernelRecipe) throws(InputError) {
        let collector = DiagnosticCollector()
        func contents(_ input: KernelRecipe.Input) -> Data? {
            do {
                return try Data(contentsOf: input.file)
            } catch {
                collector.report(
                    "'\(input.file.path)' cannot be read: \(error.localizedDescription)", at: input.location)
                return nil
            }
        }
        func patches(_ inputs: [KernelRecipe.Input]) -> (patches: [PatchFile], remarks: [String]) {
            let read = inputs.compactMap { input in
                contents(input).map { PatchFile.read(input, contents: $0, collector: collector) }
            }
            return (read.flatMap(\.patches), read.flatMap(\.remarks))
        }
        let (own, added) = (patches(recipe.patches), patches(recipe.series))
        series = added.patches
        self.patches = own.patches + added.patches.prefix(recipe.step ?? .max)
        remarks = own.remarks + added.remarks
        fragments = recipe.fragments.compactMap { input in
            contents(input).map {
                KconfigFragment(name: input.name, file: input.file.path, contents: $0, collector: collector)
            }
        }
        request = ConfigRequest(merging: fragments)
        try collector.throwIfAny()
    }
}
