// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import Foundation
import Installation
import KernelBuild
import KernelSymbols
import ScenarioModel

/// A built kernel with everything that is known about its image.
struct KernelUnderTest: Sendable {
    let artifact: KernelArtifact
    let index: VmlinuxIndex
    let noise: NoiseRules
    /// What it claims: what the recipe declares, and simultaneous enable also when the image shows it.
    let features: [String]
    /// What to tell the reader about the image.
    let remarks: [String]

    /// Opens the index of a kernel, which is made once and kept in the cache.
    ///
    /// - Throws: `SymbolError`, or `InputError` for rules that cannot be read.
    static func open(_ artifact: KernelArtifact, settings: Settings, shipped: ShippedData) throws -> Self {
        let hasKcov = !artifact.features.contains(KernelFeature.kcovOff)
        let index = try VmlinuxIndex.open(
            vmlinux: artifact.vmlinux, cacheDirectory: settings.cache.appending(path: "indexes"),
            requiresCoverage: hasKcov)
        var features = artifact.features
        var remarks = artifact.remarks
        let simultaneous = Contract.simultaneous.feature
        // The claim of the patched kernel is a second slot in struct task_struct (include/linux/sched.h).
        let showsIt = index.structLayout(named: "task_struct")?.member("kcov_remote") != nil
        if showsIt, !features.contains(simultaneous), !artifact.featuresAreRead {
            features.append(simultaneous)
            remarks.append("struct task_struct has kcov_remote, so the kernel claims \(simultaneous)")
        } else if hasKcov, !showsIt, features.contains(simultaneous) {
            remarks.append("the recipe declares \(simultaneous), but struct task_struct has no kcov_remote")
        }
        if let warnings = artifact.warnings, let first = warnings.first {
            remarks.append("the build warned \(warnings.count) times, first: \(first)")
        }
        let jumps = index.tailJumps
        if !jumps.isEmpty {
            remarks.append(
                "\(jumps.count) jumps to a coverage callback: those record the address of a caller, so the kernel needs "
                    + "CONFIG_UNWINDER_FRAME_POINTER")
        }
        return Self(
            artifact: artifact, index: index, noise: try NoiseRules.load(shipped.noiseRules),
            features: features,
            remarks: remarks)
    }

    /// Whether every boot is at another address, which the boot code of the bzImage chooses.
    var relocates: Bool { features.contains(KernelFeature.kaslr) }

    /// What guests boot: the image without boot code, which is there sooner, unless that code has something to do.
    ///
    /// It chooses the address; and a kernel with KASAN does not get through the other entry, `pvh_start_xen()` in
    /// arch/x86/platform/pvh/head.S.
    var bootable: (file: URL, contents: @Sendable (URL) throws -> Data) {
        relocates || features.contains(KernelFeature.kasan)
            ? (artifact.bootImage, { try Data(contentsOf: $0) }) : (artifact.vmlinux, LoadableKernel.contents)
    }

    var summary: KernelSummary {
        KernelSummary(
            image: artifact.image, release: artifact.release, key: artifact.key, features: features,
            remarks: remarks)
    }
}
