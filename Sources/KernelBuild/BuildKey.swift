// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The name of a kernel in the cache: a digest of everything that decides its bytes.
///
/// Computed from what is known without unpacking anything. The kernel's final configuration follows from these, so it is
/// not part of it; names of files and recipes decide nothing and are not part of it either.
struct BuildKey: Sendable, Hashable {
    /// Goes up whenever kcovlab builds the same inputs into something else, such as with other make arguments.
    static let formatVersion = 1

    /// 32 hexadecimal digits.
    let text: String

    /// Computes the key.
    ///
    /// - Throws: `BuildHostError`.
    init(source: String, inputs: BuildInputs, compiler: CompilerIdentity) async throws {
        let description = Self.description(source: source, inputs: inputs, compiler: compiler)
        // sha256sum(1) rather than a digest of our own: one process, two milliseconds, nothing to maintain.
        let output = try await Command("sha256sum", [], input: description).output(to: "compute a key")
        text = String(output.prefix(32))
    }

    /// What is hashed: a line for each part, contents with their length before them.
    static func description(source: String, inputs: BuildInputs, compiler: CompilerIdentity) -> Data {
        var result = Data("kcovlab kernel \(formatVersion)\nsource \(source)\n\(compiler.description)\n".utf8)
        for (kind, contents) in inputs.patches.map({ ("patch", $0.contents) })
            + inputs.fragments.map({ ("fragment", $0.contents) })
        {
            result.append(Data("\(kind) \(contents.count)\n".utf8))
            result.append(contents)
        }
        return result
    }
}
