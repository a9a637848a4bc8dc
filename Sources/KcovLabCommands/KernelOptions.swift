// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import KernelBuild

/// The choice of a kernel, the same for every command that needs one.
struct KernelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A shipped image or a recipe file.", valueName: "name"))
    var image = "debian-6.12-simultaneous"

    @Option(
        name: .customLong("patch"), parsing: .upToNextOption,
        help: ArgumentHelp("Patches to apply after those of the image.", valueName: "file"))
    var patches: [String] = []

    var kernel: KernelChoice {
        KernelChoice(image: image, patches: patches.map { URL(fileURLWithPath: $0) })
    }

    /// The same choice as words of a command line.
    var words: [String] { ["--image", image] + (patches.isEmpty ? [] : ["--patch"] + patches) }
}
