// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import KernelBuild

/// The choice of a kernel, the same for every command that needs one.
struct KernelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A shipped image or a recipe file.", valueName: "name"))
    var image = "debian-6.12-simultaneous"

    @Option(
        help: ArgumentHelp(
            "A kernel tree, as it is, instead of the source and the patches of the image.", valueName: "dir"),
        completion: .directory)
    var tree: String?

    @Option(help: ArgumentHelp("A commit, branch or tag of the tree.", valueName: "rev"))
    var ref: String?

    @Option(
        name: .customLong("patch"), parsing: .upToNextOption,
        help: ArgumentHelp("Patches to apply after those of the image.", valueName: "file"))
    var patches: [String] = []

    @OptionGroup var trust: TrustOption

    var kernel: KernelChoice {
        KernelChoice(
            image: image, tree: tree.map { URL(fileURLWithPath: $0) }, ref: ref,
            patches: patches.map { URL(fileURLWithPath: $0) }, isTrusted: trust.isTrusted)
    }
}

extension KernelChoice {
    /// The choice as words of a command line.
    var words: [String] {
        func name(_ file: URL) -> String { file.relativePath }
        return ["--image", image] + (tree.map { ["--tree", name($0)] } ?? [])
            + (ref.map { ["--ref", $0] } ?? []) + (patches.isEmpty ? [] : ["--patch"] + patches.map(name))
            + (isTrusted ? ["--trust-source"] : [])
    }
}
