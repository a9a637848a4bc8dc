// SPDX-License-Identifier: Apache-2.0

import KcovLabCommands
import KernelBuild
import Testing

@Suite("Exit codes for git bisect run")
struct BisectStatusTests {
    @Test(
        "A verdict is what git expects",
        arguments: zip([GitBisection.Mark.good, .bad, .skip], [Int32(0), 1, 125]))
    func verdicts(_ mark: GitBisection.Mark, _ code: Int32) {
        #expect(BisectStatus.code(for: mark) == code)
    }

    @Test(
        "What is no verdict makes git stop instead of calling the commit bad",
        arguments: [1, 2, 64, 65, 69, 130])
    func noVerdict(_ code: Int32) {
        #expect(BisectStatus.code(for: code, of: ["run", "--bisect", "L01"]) >= 128)
        #expect(BisectStatus.code(for: code, of: ["run", "L01"]) == code)
    }

    @Test("A command line that is not understood is no verdict either")
    func usage() async {
        #expect(await KcovLab.execute(["run", "--bisect", "--no-such-option"]) == 128 + 64)
        #expect(await KcovLab.execute(["run", "--bisect", "no-such-scenario"]) == 128 + 65)
        #expect(await KcovLab.execute(["run", "--bisect", "--each"]) == 128 + 64)
    }
}
