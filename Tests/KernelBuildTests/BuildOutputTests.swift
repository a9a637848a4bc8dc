// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import KernelBuild

@Suite struct BuildOutputTests {
    @Test func `Objects of the kernel are counted, host programs are not`() {
        var output = BuildOutput()
        let lines = [
            "  HOSTCC  scripts/basic/fixdep", "  CC      init/main.o", "  AS      arch/x86/entry/entry.o",
            "  CC      scripts/mod/empty.o", "  AR      init/built-in.a", "  LD      vmlinux.o", "CC x.o",
            "  CC [M]  drivers/x.o", "  CC      kernel/bounds.s",
        ]
        #expect(lines.count { output.receive($0) } == 4)
        #expect(output.objects == 4)
    }

    @Test func `The compiler's error lines come with the line they show`() {
        var output = BuildOutput()
        let lines = [
            "  CC      kernel/kcov.o",
            "/kcovlab/source/kernel/kcov.c: In function 'kcov_ioctl':",
            "/kcovlab/source/kernel/kcov.c:650:9: error: 'foo' undeclared (first use in this function)",
            "  650 |         foo = 1;",
            "      |         ^~~",
            "make[4]: *** [scripts/Makefile.build:229: kernel/kcov.o] Error 1",
            "  CC      kernel/kexec.o",
            "make[3]: *** Waiting for unfinished jobs....",
        ]
        for line in lines { _ = output.receive(line) }
        #expect(output.failure == [lines[2], lines[3], lines[4], lines[5], lines[7]])
        #expect(output.hostFault == nil)
    }

    @Test func `Without a marked line the last lines are shown`() {
        var output = BuildOutput()
        for index in 0..<100 { _ = output.receive("line \(index)") }
        #expect(output.failure.last == "line 99")
        #expect(output.failure.count == BuildOutput.shownLines)
    }

    @Test(arguments: [
        ("cc1: fatal error: error writing to x.s: No space left on device", BuildOutput.HostFault.diskFull),
        ("gcc: fatal error: Killed signal terminated program cc1", .outOfMemory),
    ])
    func `The machine's faults are told from the tree's`(line: String, fault: BuildOutput.HostFault) {
        var output = BuildOutput()
        _ = output.receive(line)
        #expect(output.hostFault == fault)
    }

    @Test func `Lines are cut wherever the stream was`() {
        var splitter = LineSplitter()
        var lines: [String] = []
        for part in ["ab", "c\n\nd", "\n", String(repeating: "x", count: 10_000), "\nend"] {
            splitter.append(Data(part.utf8)) { lines.append($0) }
        }
        splitter.finish { lines.append($0) }
        #expect(lines.map(\.utf8.count) == [3, 0, 1, LineSplitter.limit, 3])
        #expect(lines.last == "end")
    }
}
