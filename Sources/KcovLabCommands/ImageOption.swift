// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The choice of a kernel, the same for every command that needs one.
struct ImageOption: ParsableArguments {
    @Option(help: ArgumentHelp("A shipped image or a recipe file.", valueName: "name"))
    var image = "debian-6.12-simultaneous"
}
