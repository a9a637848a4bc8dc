// SPDX-License-Identifier: Apache-2.0

/// A kernel with the first patches of a series.
package struct KernelStep: Sendable, Hashable {
    package let choice: KernelChoice
    /// What the last of them is called.
    package let title: String
}

extension KernelBuilder {
    /// One kernel for each patch that a choice adds: with the first, with the first two, and so on.
    ///
    /// - Throws: `InputError` for files that cannot be read.
    package func steps(of choice: KernelChoice) throws -> [KernelStep] {
        let series = try BuildInputs(recipes.resolve(choice)).series
        return series.enumerated().map { index, patch in
            var choice = choice
            choice.step = index + 1
            return KernelStep(choice: choice, title: patch.title)
        }
    }
}
