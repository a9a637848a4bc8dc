// SPDX-License-Identifier: Apache-2.0

package import Lab

extension MutationRecord {
    /// Success only when every mutant was killed or is listed as equivalent: host before bad input before verdict.
    package var exitStatus: ExitStatus {
        let baseline = baselines.map { $0.exitStatus(requiresMachine: true) }.first { $0 != .success }
        if let baseline { return baseline }
        let outcomes = Set(results.map(\.outcome))
        if outcomes.contains(.hostFailed) { return .hostFailed }
        if outcomes.contains(.unbuildable) { return .badInput }
        return outcomes.contains(.survived) || results.isEmpty ? .expectationFailed : .success
    }
}
