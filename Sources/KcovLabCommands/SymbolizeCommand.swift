// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Foundation
import Installation
import KcovModel
import KernelBuild
import KernelSymbols

/// Says where recorded program counters are in the source.
struct SymbolizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "symbolize",
        abstract: "Says where recorded program counters are in the source.",
        discussion: """
            Reads program counters as kcov records them, one hexadecimal number a line, and prints for each the \
            function and the line that its call of the coverage callback belongs to, and what that is inlined into. \
            Lines are answered as they come, so another program can ask through pipes. The first use of a kernel \
            makes an index of it.
            """)

    @OptionGroup var choice: KernelOptions

    @Option(
        help: ArgumentHelp(
            "An image with debug information, instead of a kernel of kcovlab's.", valueName: "file"))
    var vmlinux: String?

    @Argument(help: ArgumentHelp("The program counters; standard input without it.", valueName: "file"))
    var file: String?

    func run() async throws {
        let settings = Settings.current
        var image = vmlinux.map { URL(fileURLWithPath: $0) }
        if image == nil {
            let builder = KernelBuilder(settings: settings, shipped: try ShippedData.locate())
            image = try await builder.build(choice.kernel) { _ in }.vmlinux
        }
        guard let image else { return }
        let index: VmlinuxIndex
        do {
            index = try VmlinuxIndex.open(
                vmlinux: image, cacheDirectory: settings.cache.appending(path: "indexes"))
        } catch {
            throw InputError("\(error)", at: SourceLocation(file: image.path, line: 1, column: 1))
        }
        try answer(with: index)
    }

    /// Answers the lines of each piece of the input before it waits for the next.
    private func answer(with index: VmlinuxIndex) throws {
        let input = try InputPieces(path: file)
        var reader = AddressReader(named: input.name)
        var places = SymbolizedText(index: index)
        var text: [UInt8] = []
        func say(_ trace: [ProgramCounter]) {
            places.append(trace, to: &text)
            CommandOutput.document(text)
            text.removeAll(keepingCapacity: true)
        }
        while let piece = try input.next() { say(try reader.read(piece)) }
        say(try reader.finish())
    }
}
