#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tries kcovlab from outside its checkout: the installed command from /, or a package that depends on ours by path and
# runs one scenario in its own tests, which compiles everything once more.
#
# usage: check-outside-package.sh command IMAGE
#        check-outside-package.sh package IMAGE SWIFT
set -eu

what=$1
image=$2
checkout=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

try_command() {
    make -C "$checkout" install PREFIX="$work/prefix"
    cd /
    "$work/prefix/bin/kcovlab" check
    "$work/prefix/bin/kcovlab" run L01 --image "$image" --output "$work/run"
}

try_package() {
    mkdir -p "$work/outside/Tests/OutsideTests"
    cat >"$work/outside/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "outside",
    dependencies: [.package(name: "kcovlab", path: "$checkout")],
    targets: [
        .testTarget(
            name: "OutsideTests",
            dependencies: [
                .product(name: "CoverageAssertions", package: "kcovlab"),
                .product(name: "KcovLabTesting", package: "kcovlab"),
            ])
    ])
END
    cat >"$work/outside/Tests/OutsideTests/OutsideTests.swift" <<END
import CoverageAssertions
import KcovLabTesting
import Testing

@Test(.machine, arguments: try MachineScenario.selected(["L01"], on: ["$image"]))
func scenario(_ scenario: MachineScenario) async {
    await scenario.run()
}
END
    cd "$work/outside"
    KCOVLAB_REQUIRE_MACHINE=1 "$1" test
}

case $what in
command) try_command ;;
package) try_package "$3" ;;
*)
    echo "check-outside-package: it tries the command or a package" >&2
    exit 64
    ;;
esac
echo "kcovlab works from outside its checkout ($what)"
