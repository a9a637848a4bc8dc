// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Diagnostics

/// The names a scenario declares and the places that use them, compared once everything is read.
struct ScenarioNames {
    /// What a use can refer to.
    enum Wanted {
        /// A kcov descriptor.
        case kcov
        /// Anything that holds a file descriptor.
        case descriptor
        /// A mapped buffer, whose words steps can touch.
        case buffer
        /// A mapped buffer or a copy, which expectations can look at.
        case contents
        case task
        /// A stimulus of a kind that has this verb.
        case stimulus(verb: String)
        /// A `$name` or `$name.part`.
        case reference
        /// One that has its value before the program starts.
        case constant

        var words: String {
            switch self {
            case .kcov: "kcov descriptor"
            case .descriptor: "descriptor"
            case .buffer: "mapped buffer"
            case .contents: "buffer"
            case .task: "task"
            case .stimulus: "stimulus"
            case .reference: "value"
            case .constant: "value known before the program starts"
            }
        }
    }

    struct Use {
        let wanted: Wanted
        let name: String
        let location: SourceLocation
    }

    var descriptors: [String] = []
    var buffers: [String] = []
    var copies: [String] = []
    var tasks: [String] = []
    var stimuli: [String: StimulusKind] = [:]
    var results: [String] = []
    var uses: [Use] = []

    /// Reports every use that refers to nothing, or to the wrong kind of thing.
    func verify(into collector: DiagnosticCollector) {
        for use in uses { verify(use, into: collector) }
    }

    private func verify(_ use: Use, into collector: DiagnosticCollector) {
        let candidates = names(for: use.wanted)
        guard !candidates.contains(use.name) else { return }
        var suggestion = Suggestion.forUnknown(use.name, among: candidates)
        switch use.wanted {
        case .buffer where copies.contains(use.name):
            suggestion = "'\(use.name)' is a copy, which no longer changes"
        case .kcov, .buffer, .contents:
            suggestion = suggestion ?? "declare it under kcov:"
        case .stimulus(let verb):
            if let kind = stimuli[use.name] {
                suggestion = "'\(use.name)' is a \(kind.name), which has no step '\(verb)'"
            } else {
                let kind = StimulusCatalog.verb(verb)?.kind.name ?? verb
                suggestion = suggestion ?? "declare it under stimuli: as \(kind)"
            }
        case .task:
            suggestion = suggestion ?? "declare it under tasks:"
        case .constant where results.contains(use.name) || descriptors.contains(use.name):
            suggestion = "a step gives it its value"
        case .descriptor, .reference, .constant:
            break
        }
        collector.report(
            "there is no \(use.wanted.words) '\(use.name)' in this scenario", at: use.location,
            suggestion: suggestion)
    }

    private func names(for wanted: Wanted) -> [String] {
        switch wanted {
        case .kcov: descriptors
        case .descriptor: descriptors + stimuli.keys.sorted() + results
        case .buffer: buffers
        case .contents: buffers + copies
        case .task: tasks
        case .stimulus(let verb):
            stimuli.filter { $0.value.verbs.contains { $0.name == verb } }.map(\.key).sorted()
        case .reference: descriptors + results + names(for: .constant)
        case .constant:
            buffers.map { "\($0).address" }
                + stimuli.sorted { $0.key < $1.key }.flatMap { name, kind in
                    kind.exports.keys.sorted().map { "\(name).\($0)" }
                }
        }
    }
}
