// SPDX-License-Identifier: Apache-2.0

import AgentProtocol

extension Scenario {
    /// The buffers and copies that hold nothing but remote sections.
    ///
    /// Those of descriptors that some step enables remotely and none enables locally; on a kernel where the enable is
    /// refused they are empty.
    package var remoteBuffers: Set<String> {
        let steps = tasks.flatMap { flat($0.steps) }
        func descriptors(of verbs: [String]) -> Set<String> {
            Set(steps.filter { verbs.contains($0.verb) }.compactMap { name($0.arguments["kcov"]) })
        }
        var buffers = descriptors(of: ["remote-enable"]).subtracting(descriptors(of: ["enable"]))
        // A mapping under another name, then copies of any of them, which may come first in the file.
        for (verb, source) in [("map", "kcov"), ("save", "buffer")] {
            for step in steps where step.verb == verb {
                guard let from = name(step.arguments[source]), let copy = name(step.arguments["as"]) else {
                    continue
                }
                if buffers.contains(from) { buffers.insert(copy) } else { buffers.remove(copy) }
            }
        }
        return steps.contains { $0.verb == "churn" } ? [] : buffers
    }

    private func flat(_ steps: [ScenarioStep]) -> [ScenarioStep] {
        steps.flatMap { [$0] + flat($0.body) }
    }

    private func name(_ argument: ScenarioArgument?) -> String? {
        if case .value(.text(let text)) = argument { text } else { nil }
    }
}
