// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// The language settings every target shares.
///
/// Proposals: ExistentialAny SE-0335, InternalImportsByDefault SE-0409, MemberImportVisibility SE-0444,
/// NonisolatedNonsendingByDefault SE-0461, InferIsolatedConformances SE-0470, strict memory safety SE-0458,
/// warnings as errors SE-0443.
func settings() -> [SwiftSetting] {
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ]
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "kcovlab",
    products: [
        .executable(name: "kcovlab", targets: ["kcovlab"]),
        // With the modules its signatures need: buffers and the index of a kernel image.
        .library(name: "CoverageAssertions", targets: ["CoverageAssertions", "KcovModel", "KernelSymbols"]),
        .library(name: "KcovLabTesting", targets: ["KcovLabTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // MARK: Shared by host and guest: standard library only.

        // Values of the kcov uapi and the decoding of its buffers.
        .target(name: "KcovModel", swiftSettings: settings()),
        .testTarget(name: "KcovModelTests", dependencies: ["KcovModel"], swiftSettings: settings()),

        // What host and agent say to each other: programs, results, frames.
        .target(name: "AgentProtocol", dependencies: ["KcovModel"], swiftSettings: settings()),
        .testTarget(
            name: "AgentProtocolTests", dependencies: ["AgentProtocol", "KcovModel", "TestSupport"],
            swiftSettings: settings()),

        // MARK: Guest: standard library and Glibc, never Foundation.

        // Kernel numbers and structs, early /proc, raw system calls, the traced loop.
        .target(name: "CGuest"),
        // Descriptors, mappings, mounts, netlink; one funnel from errno to error.
        .target(name: "GuestKernel", dependencies: ["CGuest", "KcovModel"], swiftSettings: settings()),
        // One file per way to make the kernel run a coverage section.
        .target(
            name: "Stimuli", dependencies: ["AgentProtocol", "CGuest", "GuestKernel", "KcovModel"],
            swiftSettings: settings()),
        // Runs a scenario program over any byte channel.
        .target(
            name: "AgentCore",
            dependencies: ["AgentProtocol", "CGuest", "GuestKernel", "KcovModel", "Stimuli"],
            swiftSettings: settings()),
        .testTarget(
            name: "AgentCoreTests",
            dependencies: ["AgentCore", "AgentProtocol", "CGuest", "GuestKernel", "KcovModel", "Stimuli"],
            swiftSettings: settings()),
        // PID 1 of the guest. Not a product: its unsafe flag must not reach packages that depend on ours.
        .executableTarget(
            name: "kcov-agent", dependencies: ["AgentCore", "AgentProtocol", "CGuest", "GuestKernel"],
            swiftSettings: settings(), linkerSettings: [.unsafeFlags(["-static-executable"])]),

        // MARK: Host.

        // elfutils as installed by libdw-dev.
        .systemLibrary(name: "CElfutils", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
        // The index of one vmlinux: functions, lines, inline frames, coverage points, struct layouts.
        .target(name: "KernelSymbols", dependencies: ["CElfutils", "KcovModel"], swiftSettings: settings()),
        .testTarget(
            name: "KernelSymbolsTests", dependencies: ["KcovModel", "KernelSymbols"],
            swiftSettings: settings()),

        // Bad input that points at its line, and the YAML reading that produces it.
        .target(name: "Diagnostics", dependencies: [yams], swiftSettings: settings()),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: settings()),

        // The environment, and where shipped data lies.
        .target(name: "Installation", swiftSettings: settings()),
        .testTarget(name: "InstallationTests", dependencies: ["Installation"], swiftSettings: settings()),

        // From a mail, an mbox or a saved thread to the patches it means, and whether they fit a tree. No I/O.
        .target(name: "PatchMail", dependencies: ["Diagnostics"], swiftSettings: settings()),
        .testTarget(
            name: "PatchMailTests", dependencies: ["Diagnostics", "PatchMail", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: settings()),

        // Expectations over coverage, verdicts, evidence.
        .target(
            name: "CoverageAssertions", dependencies: ["KcovModel", "KernelSymbols"],
            swiftSettings: settings()),
        .testTarget(
            name: "CoverageAssertionsTests",
            dependencies: ["CoverageAssertions", "KcovModel", "KernelSymbols"],
            swiftSettings: settings()),

        // From YAML to a validated scenario, with diagnostics that point at the line.
        .target(
            name: "ScenarioModel",
            dependencies: [
                "AgentProtocol", "CoverageAssertions", "Diagnostics", "KcovModel", "KernelSymbols",
            ],
            swiftSettings: settings()),
        .testTarget(
            name: "ScenarioModelTests",
            dependencies: [
                "AgentProtocol", "CoverageAssertions", "Diagnostics", "Installation", "KcovModel",
                "KernelSymbols", "ScenarioModel",
            ],
            swiftSettings: settings()),

        // Notes which files and addresses a build asks for.
        .target(name: "CSandbox", dependencies: ["CHost"]),
        // From a recipe to a built kernel: sources, patches, kconfig, make, cache.
        .target(
            name: "KernelBuild",
            dependencies: ["CSandbox", "Diagnostics", "Installation", "PatchMail", subprocess],
            swiftSettings: settings()),
        .testTarget(
            name: "KernelBuildTests",
            dependencies: ["Diagnostics", "Installation", "KernelBuild", "PatchMail", "ScenarioModel"],
            swiftSettings: settings()),

        // The newc archive that carries the agent.
        .target(name: "GuestImage", swiftSettings: settings()),
        .testTarget(name: "GuestImageTests", dependencies: ["GuestImage"], swiftSettings: settings()),

        // libvirt as installed by libvirt-dev, and the only Swift that touches it.
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
        .target(name: "Libvirt", dependencies: ["CLibvirt"], swiftSettings: settings()),
        .testTarget(name: "LibvirtTests", dependencies: ["Libvirt"], swiftSettings: settings()),

        // What the console says: kernel reports, phases, silence. A state machine without I/O.
        .target(name: "ConsoleWatch", dependencies: ["Diagnostics"], swiftSettings: settings()),
        .testTarget(
            name: "ConsoleWatchTests", dependencies: ["ConsoleWatch", "Diagnostics", "TestSupport"],
            exclude: ["Recorded"], swiftSettings: settings()),

        // Linux calls that Swift cannot make itself: pidfd, inotify, a process in its own session.
        .target(name: "CHost"),
        // Plan, machines, sessions, events, outcomes.
        .target(
            name: "Lab",
            dependencies: [
                "AgentProtocol", "CHost", "ConsoleWatch", "CoverageAssertions", "Diagnostics", "GuestImage",
                "Installation",
                "KcovModel", "KernelBuild", "KernelSymbols", "Libvirt", "ScenarioModel", subprocess,
            ],
            swiftSettings: settings()),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "AgentProtocol", "ConsoleWatch", "CoverageAssertions", "Diagnostics", "Installation",
                "KcovModel",
                "KernelBuild", "KernelSymbols", "Lab", "Libvirt", "ScenarioModel",
            ],
            swiftSettings: settings()),

        // Deliberate kernel bugs, and which scenarios find them.
        .target(
            name: "Mutation",
            dependencies: ["Diagnostics", "Installation", "KernelBuild", "Lab", "ScenarioModel"],
            swiftSettings: settings()),
        .testTarget(
            name: "MutationTests",
            dependencies: [
                "CoverageAssertions", "Diagnostics", "Installation", "KernelBuild", "Lab", "Mutation",
                "Reports", "ScenarioModel",
            ],
            swiftSettings: settings()),

        // What changed from one run to another. No I/O.
        .target(
            name: "Comparison", dependencies: ["CoverageAssertions", "KcovModel", "KernelSymbols", "Lab"],
            swiftSettings: settings()),
        .testTarget(
            name: "ComparisonTests",
            dependencies: ["Comparison", "CoverageAssertions", "KcovModel", "KernelSymbols", "Lab"],
            swiftSettings: settings()),

        // What runs came to, night after night, in one SQLite file.
        .target(name: "History", dependencies: ["Lab", grdb], swiftSettings: settings()),
        .testTarget(
            name: "HistoryTests", dependencies: ["CoverageAssertions", "History", "Lab", grdb],
            exclude: ["Fixtures"], swiftSettings: settings()),

        // Text, JSON, JUnit, KTAP from what a run recorded.
        .target(
            name: "Reports",
            dependencies: [
                "Comparison", "CoverageAssertions", "Diagnostics", "History", "Installation", "KcovModel",
                "KernelBuild", "KernelSymbols", "Lab", "Mutation",
            ],
            swiftSettings: settings()),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Comparison", "CoverageAssertions", "History", "Installation", "KcovModel", "KernelBuild",
                "KernelSymbols", "Lab", "Reports", "TestSupport",
            ],
            exclude: ["Snapshots"], swiftSettings: settings()),

        // Which commit broke a scenario: verdicts about commits, and the search that git steers by them.
        .target(
            name: "Bisection",
            dependencies: ["Diagnostics", "Installation", "KernelBuild", "Lab", "Reports", "ScenarioModel"],
            swiftSettings: settings()),

        // Branches night after night: the configuration, the night, what broke since the last one.
        .target(
            name: "Nightly",
            dependencies: [
                "Bisection", "Diagnostics", "History", "Installation", "KernelBuild", "Lab", "Reports",
                "ScenarioModel",
            ],
            swiftSettings: settings()),
        .testTarget(
            name: "NightlyTests",
            dependencies: [
                "Bisection", "Diagnostics", "History", "Installation", "KernelBuild", "Lab", "Nightly",
                "Reports",
                "ScenarioModel", subprocess,
            ],
            swiftSettings: settings()),

        // What a run needs of this machine, whether it is there, and how to get it.
        .target(
            name: "Doctor", dependencies: ["Installation", "KernelBuild", "Lab", "Libvirt", subprocess],
            swiftSettings: settings()),

        // What tests of several modules do.
        .target(
            name: "TestSupport", dependencies: ["Installation", subprocess], path: "Tests/TestSupport",
            swiftSettings: settings()),

        // VM scenarios as Swift Testing cases, for any package.
        .target(
            name: "KcovLabTesting",
            dependencies: ["Doctor", "Installation", "KernelBuild", "Lab", "Reports", "ScenarioModel"],
            swiftSettings: settings()),
        .testTarget(
            name: "MachineTests",
            dependencies: [
                "CHost", "History", "Installation", "KcovLabCommands", "KcovLabTesting", "KernelBuild", "Lab",
                "Libvirt", "Nightly", "Reports", "ScenarioModel", "TestSupport", subprocess,
            ],
            exclude: ["Endings", "Kernels"], swiftSettings: settings()),

        // One file per subcommand.
        .target(
            name: "KcovLabCommands",
            dependencies: [
                argumentParser, "Bisection", "Comparison", "ConsoleWatch", "CoverageAssertions",
                "Diagnostics", "Doctor",
                "History",
                "Installation",
                "KcovModel", "KernelBuild", "KernelSymbols", "Lab", "Libvirt", "Mutation", "Nightly",
                "Reports",
                "ScenarioModel",
            ],
            swiftSettings: settings()),
        .testTarget(
            name: "KcovLabCommandsTests",
            dependencies: [
                argumentParser, "Diagnostics", "History", "Installation", "KcovLabCommands", "KcovModel",
                "KernelBuild",
                "KernelSymbols", "Lab", "Nightly", "Reports", "ScenarioModel", subprocess,
            ],
            swiftSettings: settings()),
        .executableTarget(name: "kcovlab", dependencies: ["KcovLabCommands"], swiftSettings: settings()),
    ]
)
