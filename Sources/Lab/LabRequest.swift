// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import KernelBuild

/// How guests are shared between scenarios.
public enum Isolation: String, CaseIterable, Sendable {
    /// Each scenario gets a guest of its own, restored from one saved state.
    case fresh
    /// Scenarios run one after the other in the same guest, which ends when one breaks it.
    case shared
}

/// What scenarios run on.
public struct LabRequest: Sendable {
    public var kernel: KernelChoice
    /// A libvirt URI; `qemu:///embed` is libvirt's QEMU driver inside this process.
    public var connection: String
    public var accelerator: AcceleratorChoice
    public var isolation: Isolation
    /// Guests at once; nil takes as many as this machine has cores and memory for.
    public var jobs: Int?
    /// How often each scenario runs; one that passes only sometimes is flaky.
    public var repeats: Int
    /// Whether every scenario that is shipped runs, so that rules which none of them needs are pointed out.
    public var isWhole = false
    /// The run directory; `console` and `coverage` are made in it.
    public var output: URL

    public init(
        kernel: KernelChoice, connection: String = Self.defaultConnection,
        accelerator: AcceleratorChoice = .auto,
        isolation: Isolation = .fresh, jobs: Int? = nil, repeats: Int = 1, output: URL
    ) {
        self.kernel = kernel
        self.connection = connection
        self.accelerator = accelerator
        self.isolation = isolation
        self.jobs = jobs
        self.repeats = repeats
        self.output = output
    }

    /// libvirt's QEMU driver inside this process: no daemon is needed.
    public static let defaultConnection = "qemu:///embed"
}
