// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Which compiler and linker make a kernel; part of the content key.
struct CompilerIdentity: Sendable, Hashable {
    let compiler: KernelRecipe.Compiler
    /// The first line of what the compiler and the linker say about themselves.
    let versions: [String]
    /// The directory above the programs when they are not in /usr; the sandbox shows it.
    let toolchain: String?

    /// Asks the programs.
    ///
    /// The clang that comes with Swift does not compile kernels (it refuses `__counted_by` in `typeof`), so where it is
    /// the first, the newest one of the distribution is taken.
    ///
    /// - Throws: `BuildHostError` that names the missing one.
    static func current(_ compiler: KernelRecipe.Compiler) async throws -> Self {
        let programs = compiler == .gcc ? ["gcc", "ld"] : ["clang", "ld.lld"]
        let output = try await Command.script(
            """
            if [ "$1" = clang ] && clang --version 2> /dev/null | grep -q swiftlang; then
                newest=$(ls -d /usr/lib/llvm-*/bin/clang 2> /dev/null | sort -V | tail -n 1)
                if [ -z "$newest" ]; then
                    echo "the clang in PATH is Swift's, which does not compile kernels: apt-get install clang lld llvm" >&2
                    exit 1
                fi
                PATH=${newest%/clang}:$PATH
            fi
            for program; do
                command -v "$program" || { echo "$program is not installed" >&2; exit 1; }
                "$program" --version | head -n 1
            done
            """, programs
        ).output(to: "find the compiler")
        let lines = output.split(separator: "\n").map(String.init)
        guard lines.count == 4 else { throw BuildHostError("\(programs[0]) did not state its version") }
        let home = URL(fileURLWithPath: lines[0]).deletingLastPathComponent().deletingLastPathComponent().path
        return Self(
            compiler: compiler, versions: [lines[1], lines[3]],
            toolchain: ["/usr", "/"].contains(home) ? nil : home)
    }

    var description: String { "\(compiler.rawValue): \(versions.joined(separator: "; "))" }

    /// What make is told about it.
    var makeArguments: [String] { compiler == .clang ? ["LLVM=1"] : [] }
}
