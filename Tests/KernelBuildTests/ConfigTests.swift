// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation
import Testing

@testable import KernelBuild

@Suite struct ConfigTests {
    private func fragment(_ text: String, name: String = "f.config") throws -> KconfigFragment {
        let collector = DiagnosticCollector()
        let result = KconfigFragment(
            name: name, file: name, contents: Data(text.utf8), collector: collector)
        try collector.throwIfAny()
        return result
    }

    @Test func `A fragment is requests and comments`() throws {
        let fragment = try fragment(
            "# why\nCONFIG_KCOV=y\n\n  # CONFIG_MODULES is not set\nCONFIG_CMDLINE=\"a=b # c\"\nCONFIG_N=0x40\n"
        )
        #expect(fragment.requests.map(\.symbol) == ["KCOV", "MODULES", "CMDLINE", "N"])
        #expect(fragment.requests.map(\.value) == ["y", "n", "\"a=b # c\"", "0x40"])
        #expect(fragment.requests.map(\.location.line) == [2, 4, 5, 6])
    }

    @Test(arguments: ["KCOV=y", "CONFIG_KCOV", "CONFIG_KCOV=", "CONFIG_KC OV=y", "# CONFIG_KCOV not set"])
    func `A line that only looks like a request is refused`(line: String) {
        let error = #expect(throws: InputError.self) { try fragment("CONFIG_A=y\n\(line)\n") }
        #expect(error?.diagnostics.map(\.location.line) == [2])
    }

    @Test func `A later fragment wins and says so`() throws {
        let request = ConfigRequest(merging: [
            try fragment("CONFIG_A=y\nCONFIG_B=y\n", name: "one.config"),
            try fragment("CONFIG_A=y\n# CONFIG_B is not set\n", name: "two.config"),
        ])
        #expect(request.text == "CONFIG_A=y\n# CONFIG_B is not set")
        #expect(request.warnings == ["two.config:2 changes CONFIG_B from y (one.config:2) to n"])
    }

    @Test(arguments: [
        ("A && B", "A=y", 0), ("A && B", "A=y B=y", 2), ("A || B && C", "A=m", 1), ("!A", "A=m", 1),
        ("!A", "", 2), ("(A || B) && !C", "B=y C=y", 0), ("N >= 10", "N=12", 2), ("N < 10", "N=12", 0),
        ("S = \"x\"", "S=\"x\"", 2), ("A != y", "A=y", 0), ("A=n", "", 2), ("y", "", 2),
    ])
    func `Conditions have their Kconfig value`(condition: String, config: String, value: Int) {
        let lines = config.split(separator: " ").map { "CONFIG_\($0)" }.joined(separator: "\n")
        #expect(KconfigExpression(condition[...])?.value(in: KernelConfig(lines)) == value)
    }

    @Test(arguments: ["", "A &&", "(A", "A B", "$(cc-option,-x)", String(repeating: "(", count: 10_000)])
    func `What is not a condition is not read as one`(text: String) {
        #expect(KconfigExpression(text[...]) == nil)
    }

    @Test func `A value that did not stick names the unmet dependency`() throws {
        let tree = try TestDirectory()
        try tree.write(
            """
            mainmenu "Fake"
            config NET
            \tbool "Networking"
            if NET
            source "drivers/Kconfig"
            endif
            comment "no effect on what follows"
            \tdepends on NOWHERE
            choice
            \tprompt "One of"
            config SLOW
            \tbool "Slow"
            config FAST
            \tbool "Fast"
            endchoice
            config HELPER
            \ttristate
            \thelp
            \t  Selected by others.

            \t  config NOT_A_SYMBOL
            config USER
            \tbool "User"
            \tselect HELPER
            config NUMBER
            \tint "Number"
            \trange 1 9
            """, to: "Kconfig")
        try tree.write(
            """
            menu "Drivers"
            \tdepends on INET && !SMALL
            config VHOST
            \ttristate "Vhost" if EXPERT
            \tdepends on EVENTFD && \\
            \t\tIOMMU
            endmenu
            """, to: "drivers/Kconfig")
        let request = ConfigRequest(merging: [
            try fragment(
                """
                CONFIG_NET=y
                CONFIG_VHOST=y
                CONFIG_VHOSTT=y
                CONFIG_FAST=y
                CONFIG_HELPER=m
                # CONFIG_USER is not set
                CONFIG_NUMBER=12
                # CONFIG_ABSENT is not set
                """)
        ])
        let config = KernelConfig(
            "CONFIG_NET=y\nCONFIG_SLOW=y\nCONFIG_INET=y\nCONFIG_SMALL=y\nCONFIG_IOMMU=y\nCONFIG_NUMBER=9\n")
        let error = #expect(throws: InputError.self) {
            _ = try ConfigCheck(request: request, config: config).verify(tree: tree.url, isOpen: false)
        }
        let found = error?.diagnostics ?? []
        #expect(found.map(\.location.line) == [2, 3, 4, 5, 7])
        let expected = [
            [
                "CONFIG_VHOST was asked to be y and is not set", "!SMALL (SMALL is y)",
                "EXPERT (EXPERT is not set)", "EVENTFD (EVENTFD is not set)", "drivers/Kconfig:3",
            ],
            ["CONFIG_VHOSTT does not exist"],
            ["another member of its choice"],
            ["only CONFIG_USER can select it"],
            ["asked to be 12 and is 9"],
        ]
        for (diagnostic, parts) in zip(found, expected) {
            for part in parts { #expect(diagnostic.message.contains(part), "\(diagnostic)") }
        }
        #expect(found.first?.message.contains("INET") == false)
        #expect(found.first?.message.contains("IOMMU") == false)
        #expect(found.dropFirst().first?.suggestion == "did you mean CONFIG_VHOST?")
    }

    /// As 5.15 has it, where debug information is an option of its own and not what follows from its format.
    private static let old = """
        config DEBUG_KERNEL
        \tbool "Kernel debugging"
        config DEBUG_INFO
        \tbool "Compile the kernel with debug info"
        \tdepends on DEBUG_KERNEL && !COMPILE_TEST
        if DEBUG_INFO
        choice
        \tprompt "DWARF version"
        config DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT
        \tbool "Rely on the toolchain's implicit default DWARF version"
        config DEBUG_INFO_DWARF5
        \tbool "Generate DWARF Version 5 debuginfo"
        endchoice
        endif
        config VHOST_NET
        \ttristate "Host kernel accelerator for virtio net"
        \tdepends on VHOST_RING
        config EVENTFD
        \tbool
        """

    private func verify(_ text: String, config: String, isOpen: Bool) throws -> LeftOutOptions {
        let tree = try TestDirectory()
        try tree.write(Self.old, to: "Kconfig")
        let request = ConfigRequest(merging: [try fragment(text)])
        return try ConfigCheck(request: request, config: KernelConfig(config)).verify(
            tree: tree.url, isOpen: isOpen)
    }

    @Test func `What a tree of the user does not take is left out with the reason`() throws {
        let text = "CONFIG_VHOST_NET=y\nCONFIG_EVENTFD=y\nCONFIG_VHOST_TASK=y\nCONFIG_DEBUG_KERNEL=y\n"
        let leftOut = try verify(text, config: "CONFIG_DEBUG_KERNEL=y\n", isOpen: true)
        #expect(leftOut.unknown == ["VHOST_TASK"])
        #expect(leftOut.unsettable.keys.sorted() == ["EVENTFD", "VHOST_NET"])
        #expect(
            leftOut.remarks == [
                "left out, because this tree does not know it: CONFIG_VHOST_TASK",
                "left out, because this tree does not take it: CONFIG_EVENTFD was asked to be y and is not set: "
                    + "it cannot be set by hand, its default decides (Kconfig:18)",
                "left out, because this tree does not take it: CONFIG_VHOST_NET was asked to be y and is not set: "
                    + "it depends on VHOST_RING (VHOST_RING is not set) (Kconfig:15)",
            ])
        // A recipe for that kernel is wrong, also when the kernel was built for somebody else.
        #expect(throws: InputError.self) {
            try verify(text, config: "CONFIG_DEBUG_KERNEL=y\n", isOpen: false)
        }
        #expect(leftOut.objection(to: "VHOST_NET")?.contains("depends on VHOST_RING") == true)
        #expect(leftOut.objection(to: "VHOST_TASK") == "CONFIG_VHOST_TASK does not exist in this kernel")
        #expect(leftOut.objection(to: "DEBUG_KERNEL") == nil)
    }

    @Test func `What a green result rests on is never left out`() throws {
        let config = "CONFIG_DEBUG_KERNEL=y\n# CONFIG_DEBUG_INFO is not set\n"
        let error = #expect(throws: InputError.self) {
            try verify("CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_INFO_DWARF5=y\n", config: config, isOpen: true)
        }
        #expect(error?.description.contains("DEBUG_INFO is not set") == true, "\(error?.description ?? "")")
        #expect(throws: InputError.self) { try verify("CONFIG_KCOV=y\n", config: config, isOpen: true) }
        let asked = "CONFIG_DEBUG_INFO=y\nCONFIG_DEBUG_INFO_DWARF5=y\n"
        #expect(try verify(asked, config: config + asked, isOpen: true) == LeftOutOptions())
    }

    @Test func `A link in the tree is not followed when conditions are read`() throws {
        let tree = try TestDirectory()
        let outside = try tree.write("config SECRET\n\tbool \"x\"\n", to: "outside/Kconfig")
        try tree.write("source \"in/Kconfig\"\nsource \"../outside/Kconfig\"\n", to: "tree/Kconfig")
        try FileManager.default.createDirectory(
            at: tree.url.appending(path: "tree/in"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: tree.url.appending(path: "tree/in/Kconfig"), withDestinationURL: outside)
        #expect(KconfigTree(tree: tree.url.appending(path: "tree")).definitions.isEmpty)
    }
}
