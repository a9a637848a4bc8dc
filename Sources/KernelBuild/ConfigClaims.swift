// SPDX-License-Identifier: Apache-2.0

/// What a kernel claims by its configuration: in which way it is another kernel than one with kcov and no more.
///
/// An ordinary kernel claims nothing here, so every name is of something that is unusual.
struct ConfigClaims: Sendable {
    /// Options and the values that make a claim together.
    private static let signs: [(feature: String, options: KeyValuePairs<String, String>)] = [
        ("boot-selftest", ["KCOV_SELFTEST": "y"]),
        ("clang", ["CC_IS_CLANG": "y"]),
        ("kcov-off", ["KCOV": "n"]),
        ("kasan", ["KASAN_GENERIC": "y", "KASAN_VMALLOC": "y"]),
        ("kaslr", ["RANDOMIZE_BASE": "y"]),
        ("lockdep", ["PROVE_LOCKING": "y", "DEBUG_ATOMIC_SLEEP": "y"]),
        ("pc-only", ["KCOV": "y", "KCOV_ENABLE_COMPARISONS": "n"]),
        ("preempt-rt", ["PREEMPT_RT": "y"]),
        ("preemptible", ["PREEMPT": "y"]),
        ("small-irq-area", ["KCOV_IRQ_AREA_SIZE": "0x80"]),
        ("uninstrumented", ["KCOV": "y", "KCOV_INSTRUMENT_ALL": "n"]),
        ("uniprocessor", ["SMP": "n"]),
        ("vhost-scsi", ["VHOST_SCSI": "y"]),
    ]

    /// Sorted.
    let features: [String]

    /// - Parameter value: The value of an option, `n` when it is off; nil when nobody knows.
    init(_ value: (String) -> String?) {
        features = Self.signs.filter { $0.options.allSatisfy { value($0.key) == $0.value } }.map(\.feature)
    }

    init(_ config: KernelConfig) { self.init { config[$0] } }

    /// What somebody declared and this adds to, each once.
    func adding(to declared: [String]) -> [String] {
        declared + features.filter { !declared.contains($0) }
    }

    /// For each declared feature that the configuration does not bear out, what is missing.
    func contradictions(to declared: [String], image: String) -> [String] {
        Self.signs.filter { declared.contains($0.feature) && !features.contains($0.feature) }.map { sign in
            let options = sign.options.map { "CONFIG_\($0.key)=\($0.value)" }.joined(separator: " and ")
            return "the recipe '\(image)' declares \(sign.feature), which takes \(options)"
        }
    }
}
