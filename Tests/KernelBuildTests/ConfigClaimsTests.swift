// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import ScenarioModel
import Testing

@testable import KernelBuild

@Suite("What a configuration claims")
struct ConfigClaimsTests {
    private static let ordinary = """
        CONFIG_SMP=y
        CONFIG_KCOV=y
        CONFIG_KCOV_ENABLE_COMPARISONS=y
        CONFIG_KCOV_INSTRUMENT_ALL=y
        CONFIG_KCOV_IRQ_AREA_SIZE=0x40000

        """

    private func features(_ more: String) -> [String] {
        ConfigClaims(KernelConfig(Self.ordinary + more)).features
    }

    @Test("An ordinary kernel claims nothing")
    func ordinary() {
        #expect(features("").isEmpty)
    }

    @Test(
        "Each unusual option is a claim",
        arguments: [
            ("CONFIG_KCOV_SELFTEST=y", "boot-selftest"), ("CONFIG_CC_IS_CLANG=y", "clang"),
            ("CONFIG_KASAN_GENERIC=y\nCONFIG_KASAN_VMALLOC=y", "kasan"),
            ("CONFIG_RANDOMIZE_BASE=y", "kaslr"),
            ("# CONFIG_KCOV is not set\n# CONFIG_KCOV_INSTRUMENT_ALL is not set", "kcov-off"),
            ("CONFIG_PROVE_LOCKING=y\nCONFIG_DEBUG_ATOMIC_SLEEP=y", "lockdep"),
            ("# CONFIG_KCOV_ENABLE_COMPARISONS is not set", "pc-only"),
            ("CONFIG_PREEMPT_RT=y", "preempt-rt"), ("CONFIG_PREEMPT=y", "preemptible"),
            ("CONFIG_KCOV_IRQ_AREA_SIZE=0x80", "small-irq-area"),
            ("# CONFIG_KCOV_INSTRUMENT_ALL is not set", "uninstrumented"),
            ("# CONFIG_SMP is not set", "uniprocessor"), ("CONFIG_VHOST_SCSI=y", "vhost-scsi"),
        ])
    func unusual(_ options: String, _ feature: String) {
        #expect(features(options) == [feature])
        #expect(KernelFeature.all.map(\.name).contains(feature), "scenarios can name it")
    }

    @Test("Half of what a claim takes is no claim")
    func half() {
        #expect(features("CONFIG_KASAN_GENERIC=y").isEmpty)
        #expect(features("CONFIG_PROVE_LOCKING=y").isEmpty)
        #expect(features("CONFIG_KCOV_IRQ_AREA_SIZE=0x100").isEmpty)
    }

    @Test("An option that nobody knows claims nothing")
    func unknown() {
        #expect(ConfigClaims { _ in nil }.features.isEmpty)
    }

    @Test("What a recipe declares and the configuration does not bear out is a mistake")
    func contradiction() throws {
        let claims = ConfigClaims(KernelConfig(Self.ordinary))
        #expect(claims.contradictions(to: ["vhost-task"], image: "i").isEmpty)
        let text = try #require(claims.contradictions(to: ["kasan"], image: "i").first)
        #expect(
            text
                == "the recipe 'i' declares kasan, which takes CONFIG_KASAN_GENERIC=y and CONFIG_KASAN_VMALLOC=y"
        )
    }

    @Test("What is declared and what is found are one list")
    func adding() {
        let claims = ConfigClaims(KernelConfig(Self.ordinary + "CONFIG_RANDOMIZE_BASE=y"))
        #expect(claims.adding(to: ["vhost-task"]) == ["vhost-task", "kaslr"])
        #expect(claims.adding(to: ["kaslr"]) == ["kaslr"])
    }
}
