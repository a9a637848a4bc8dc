// SPDX-License-Identifier: Apache-2.0

/// Something promised about a built kernel, which can be seen without booting it.
package enum BuildExpectation: Hashable, Sendable {
    /// Each of these globs is a function or variable of the image.
    case present([String])
    /// None of these globs is a function or variable of the image.
    case absent([String])
    /// No coverage callback is called from code of these source files, globs below the kernel tree.
    case uninstrumented([String])
    /// Each of these C source files, globs below the kernel tree, has a function that calls a coverage callback.
    case instrumented([String])
    /// How the compiler laid out a struct that the image uses.
    case layout(StructExpectation)
    /// The compiler, the linker and objtool warned of nothing.
    case noWarnings
}

/// What is promised about one struct or union.
package struct StructExpectation: Hashable, Sendable {
    /// The tag, without the keyword.
    package let name: String
    /// Bytes; nil when any size will do.
    package let size: UInt64?
    /// Globs, each of which at least one member matches.
    package let with: [String]
    /// Globs that no member matches.
    package let without: [String]
}

/// What a scenario says about one kernel that needs no guest.
package struct BuildPlan: Hashable, Sendable {
    package struct Check: Hashable, Sendable {
        package let expectation: BuildExpectation
        /// `file:line`.
        package let location: String
    }

    package let contract: String?
    /// At least one.
    package let checks: [Check]
}

/// A promise about a built kernel with the kernels it holds for.
struct BuildPromise: Hashable, Sendable {
    let expectation: BuildExpectation
    let condition: Condition
    let location: String
}
