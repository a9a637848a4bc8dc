// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Whether the source is trusted, the same for every command that builds.
struct TrustOption: ParsableArguments {
    @Flag(
        name: .customLong("trust-source"),
        help: "Build also where no sandbox can be had: you know who wrote the source and its patches.")
    var isTrusted = false
}
