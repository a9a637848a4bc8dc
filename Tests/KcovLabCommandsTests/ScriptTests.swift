// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

/// The checks that make runs as scripts, with input that must make them fail.
@Suite("Scripts")
struct ScriptTests {
    private static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs a script in a new directory that holds these files.
    private func run(
        _ script: String, _ arguments: [String], files: [String: String]
    ) async throws -> (isSuccess: Bool, output: String) {
        let root = FileManager.default.temporaryDirectory.appending(path: "kcovlab-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, text) in files {
            let file = root.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let path = Self.checkout.appending(path: "scripts/\(script)").path
        let words = ["-c", "cd \"$1\" && shift && exec \"$@\"", "sh", root.path, path] + arguments
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(words),
            output: .string(limit: 65536), error: .combinedWithOutput)
        return (result.terminationStatus.isSuccess, result.standardOutput)
    }

    private static let complete = ["a", "b"].flatMap { scenario in
        ["k1", "k2"].map { "\($0)\t\(scenario)\tpassed\n" }
    }

    @Test("The closing line of make test counts what ran")
    func summary() async throws {
        let results = Self.complete.joined()
        let (isSuccess, output) = try await run(
            "summarize-tests.sh", ["results", "k1,k2"],
            files: ["results": results, "Scenarios/a.yaml": "", "Scenarios/b.yaml": ""])
        #expect(isSuccess)
        #expect(output == "2 scenarios x 2 kernels: 4 passed\n")
    }

    private static let incomplete = complete.dropLast().joined()

    private static let badResults: [String] = [
        "", incomplete, complete.joined() + complete[0], complete.joined() + "k3\ta\tpassed\n",
        incomplete + "k2\tb\tfailed\n", incomplete + "k2\tb\tskipped\n", incomplete + "k2\tb\tgreat\n",
        complete.joined() + "nonsense\n", complete.prefix(2).joined(),
    ]

    @Test("It fails for whatever is missing, twice, unknown or bad", arguments: badResults)
    func badSummary(results: String) async throws {
        let (isSuccess, _) = try await run(
            "summarize-tests.sh", ["results", "k1,k2"],
            files: ["results": results, "Scenarios/a.yaml": "", "Scenarios/b.yaml": ""])
        #expect(!isSuccess)
    }

    private static let table = """
        | `Model` | S | | values |
        | `Lab` | H | `Model` | runs |

        """

    @Test("The import check passes what the table allows")
    func allowedImports() async throws {
        let (isSuccess, output) = try await run(
            "check-imports.sh", ["."],
            files: [
                "docs/architecture.md": Self.table,
                "Sources/Lab/A.swift": "package import Model\nimport Foundation\n",
                "Sources/Model/B.swift": "struct B {}\n",
            ])
        #expect(isSuccess, "\(output)")
    }

    @Test(
        "The import check fails for everything else",
        arguments: [
            ("Sources/Model/B.swift", "import Foundation\n"), ("Sources/Model/B.swift", "import Glibc\n"),
            ("Sources/Model/B.swift", "@preconcurrency public import class Lab.Run\n"),
            ("Sources/Lab/B.swift", "import CLibvirt\n"),
            ("Sources/Lab/B.swift", "internal import Reports\n"),
            ("Sources/Other/B.swift", "import Model\n"), ("Sources/Model/B.swift", "struct B {}\n"),
        ])
    func forbiddenImports(file: String, text: String) async throws {
        let (isSuccess, _) = try await run(
            "check-imports.sh", ["."], files: ["docs/architecture.md": Self.table, file: text])
        #expect(!isSuccess)
    }

    @Test("The licence check passes what has its line")
    func licenced() async throws {
        let (isSuccess, output) = try await run(
            "check-licenses.sh", ["."],
            files: [
                "LICENSES/Apache-2.0.txt": "", "LICENSES/GPL-2.0-only.txt": "",
                "a.swift": "// SPDX-License-Identifier: Apache-2.0\n",
                "images/mutants/a.patch": "breaks a\n\nSPDX-License-Identifier: GPL-2.0-only\n--- a/f\n",
                "README.md": "prose\n",
            ])
        #expect(isSuccess, "\(output)")
    }

    @Test(
        "The licence check fails for everything else",
        arguments: [
            ("a.swift", "// nothing\n"), ("a.yaml", "# SPDX-License-Identifier: GPL-2.0-only\n"),
            ("a.sh", "# SPDX-License-Identifier: MIT\n"),
            ("images/mutants/a.patch", "# SPDX-License-Identifier: Apache-2.0\n--- a/f\n"),
            ("images/patches/a.patch", "--- a/f\n+++ b/f\n+ SPDX-License-Identifier: GPL-2.0-only\n"),
            ("README.md", "only prose\n"),
        ])
    func unlicenced(file: String, text: String) async throws {
        let (isSuccess, output) = try await run(
            "check-licenses.sh", ["."],
            files: ["LICENSES/Apache-2.0.txt": "", "LICENSES/GPL-2.0-only.txt": "", file: text])
        #expect(!isSuccess && !output.isEmpty)
    }
}
