// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Foundation
import Installation
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
            The first use of a kernel makes an index of it.
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
        let trace = try AddressList.read([UInt8](try input()), named: file ?? "standard input")
        let index: VmlinuxIndex
        do {
            index = try VmlinuxIndex.open(
                vmlinux: image, cacheDirectory: settings.cache.appending(path: "indexes"))
        } catch {
            throw InputError("\(error)", at: SourceLocation(file: image.path, line: 1, column: 1))
        }
        index.symbolize(trace).write { try? FileHandle.standardOutput.write(contentsOf: $0) }
    }

    private func input() throws(InputError) -> Data {
        do {
            guard let file else { return try FileHandle.standardInput.readToEnd() ?? Data() }
            return try Data(contentsOf: URL(fileURLWithPath: file), options: .alwaysMapped)
        } catch {
            throw InputError(
                "it cannot be read: \(error.localizedDescription)",
                at: SourceLocation(file: file ?? "standard input", line: 1, column: 1))
        }
    }
}
