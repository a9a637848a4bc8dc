// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Testing

@testable import Lab

@Suite("Guest definitions")
struct GuestDefinitionTests {
    private func definition(_ text: String, on kind: Accelerator.Kind = .tcg) -> GuestDefinition {
        GuestDefinition(
            name: text, kernel: text, initramfs: text, commandLine: text, processors: 2, memory: 512,
            accelerator: kind, hasAgent: true)
    }

    @Test(
        "Any text comes through the description unchanged",
        arguments: ["plain", "a'b\"c<d>&e", "]]>", "</name><name>x", "ümläut"])
    func escaping(text: String) throws {
        let document = try XMLDocument(xmlString: definition(text).xml)
        let domain = try #require(document.rootElement())
        #expect(domain.elements(forName: "name").first?.stringValue == text)
        let system = try #require(domain.elements(forName: "os").first)
        #expect(system.elements(forName: "cmdline").first?.stringValue == text)
        #expect(system.elements(forName: "kernel").first?.stringValue == text)
    }

    @Test("Control characters, which XML cannot carry, go")
    func controls() throws {
        #expect(GuestDefinition.escape("a\u{0}\u{1b}b\n") == "ab")
    }

    @Test("Only a kernel that may choose its address is not told to stay")
    func addresses() {
        #expect(GuestDefinition.commandLine(relocates: false).split(separator: " ").contains("nokaslr"))
        #expect(!GuestDefinition.commandLine(relocates: true).contains("kaslr"))
    }

    @Test(
        "Only an emulated guest is not told that byte copies are fast",
        arguments: [Accelerator.Kind.tcg, .kvm])
    func processor(kind: Accelerator.Kind) throws {
        let text = definition("x", on: kind).xml
        let domain = try #require(try XMLDocument(xmlString: text).rootElement())
        let features = domain.elements(forName: "cpu").flatMap { $0.elements(forName: "feature") }
        #expect(features.allSatisfy { $0.attribute(forName: "policy")?.stringValue == "disable" })
        let names = features.compactMap { $0.attribute(forName: "name")?.stringValue }
        #expect(names == (kind == .tcg ? ["erms", "fsrm"] : []))
    }

    @Test("A guest ends whatever it does")
    func lifecycle() throws {
        let domain = try #require(try XMLDocument(xmlString: definition("x").xml).rootElement())
        for event in ["on_poweroff", "on_reboot", "on_crash"] {
            #expect(domain.elements(forName: event).first?.stringValue == "destroy")
        }
    }
}
