#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tries kcovlab from outside its checkout: the installed command from /, and a package that depends on ours by path
# and runs one scenario in its own tests.
#
# usage: check-outside-package.sh SWIFT [IMAGE]
set -eu

swift=$1
image=${2:-debian-6.12-simultaneous}
checkout=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make -C "$checkout" install PREFIX="$work/prefix"
(
    cd /
    "$work/prefix/bin/kcovlab" check
    "$work/prefix/bin/kcovlab" run L01 --image "$image" --output "$work/run"
)

mkdir -p "$work/outside/Tests/OutsideTests"
cat >"$work/outside/Package.swift" <<EOF
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
EOF
cat >"$work/outside/Tests/OutsideTests/OutsideTests.swift" <<EOF
import CoverageAssertions
import KcovLabTesting
import Testing

@Test(.machine, arguments: try MachineScenario.selected(["L01"], on: ["$image"]))
func scenario(_ scenario: MachineScenario) async {
    await scenario.run()
}
EOF
cd "$work/outside"
KCOVLAB_REQUIRE_MACHINE=1 "$swift" test
echo "kcovlab works from / and from an outside package"
