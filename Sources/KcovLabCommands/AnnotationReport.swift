// SPDX-License-Identifier: Apache-2.0

import Foundation
package import KernelBuild
import KernelSymbols
import ScenarioModel

/// What `kcovlab annotations` says about a kernel, as text or as JSON.
package struct AnnotationReport: Sendable {
    private let kernel: KernelArtifact
    private let coverage: [SectionCoverage]
    private let hasRuns: Bool
    private let place: String

    /// Takes what was found out.
    ///
    /// - Parameters:
    ///   - kernel: The kernel.
    ///   - coverage: Its places.
    ///   - hasRuns: Whether there is any run of this kernel.
    ///   - place: Where runs were looked for.
    package init(kernel: KernelArtifact, coverage: [SectionCoverage], hasRuns: Bool, place: String) {
        self.kernel = kernel
        self.coverage = coverage
        self.hasRuns = hasRuns
        self.place = place
    }

    /// A table, then how many places there are and which ones nobody covers.
    package var text: String {
        var table = TextTable(columns: ["opened by", "at", "through", "evidence", "scenarios"])
        for entry in coverage {
            table.add([
                entry.site.opener.function, Self.place(entry), Self.chain(entry),
                entry.covers.first?.evidence.rawValue ?? "nobody", Self.scenarios(entry),
            ])
        }
        return ([table.text, ""] + closing).joined(separator: "\n")
    }

    private var closing: [String] {
        let lost = coverage.filter(\.covers.isEmpty)
        let places = coverage.count == 1 ? "1 place opens" : "\(coverage.count) places open"
        var lines = [
            "\(kernel.image) \(kernel.release): \(places) remote sections, nobody covers \(lost.count)."
        ]
        for entry in lost {
            let reason =
                switch entry.promise {
                case nil: "no promise is about it, see docs/promises.md"
                case .some(let promise) where !entry.isNamed: "no scenario checks \(promise.name)"
                case .some(let promise):
                    "the scenarios that check \(promise.name) failed, or recorded nothing of it"
                }
            lines.append("  \(entry.site.opener.function) \(Self.place(entry)): \(reason)")
        }
        if !hasRuns {
            lines.append(
                "There is no run of this kernel in \(place), so nothing is proven; `kcovlab run` makes one.")
        }
        return lines
    }

    private static func place(_ entry: SectionCoverage) -> String {
        "\(entry.site.opener.file):\(entry.site.opener.line)"
    }

    /// The wrappers from the outside in, and the symbol where the opener itself was inlined.
    private static func chain(_ entry: SectionCoverage) -> String {
        let wrappers = entry.site.frames.prefix { $0 != entry.site.opener }.map(\.function).reversed()
        let inlined = entry.site.symbol == entry.site.opener.function ? "" : " in \(entry.site.symbol)"
        return (wrappers.isEmpty ? "kcov_remote_start" : wrappers.joined(separator: " > ")) + inlined
    }

    /// The scenarios, with their evidence where it is weaker than that of the first.
    private static func scenarios(_ entry: SectionCoverage) -> String {
        let strongest = entry.covers.first?.evidence
        return entry.covers.map { cover in
            let name = cover.scenario.id ?? cover.scenario.name
            return cover.evidence == strongest ? name : "\(name) (\(cover.evidence.rawValue))"
        }.joined(separator: " ")
    }

    /// The JSON document; keys are only added.
    package func document() -> some Encodable {
        struct Frame: Encodable { let function, file: String, line: Int }
        struct Cover: Encodable {
            let name: String
            let id, run: String?
            let evidence: SectionCoverage.Evidence
        }
        struct Place: Encodable {
            let function, file, symbol, pc: String
            let line, points: Int
            let frames: [Frame]
            let promise: String?
            let scenarios: [Cover]
        }
        struct Kernel: Encodable { let image, release, key: String, features: [String] }
        struct Document: Encodable {
            let schema = 1
            let kernel: Kernel
            let places: [Place]
            let uncovered: Int
        }
        let places = coverage.map { entry in
            Place(
                function: entry.site.opener.function, file: entry.site.opener.file, symbol: entry.site.symbol,
                pc: "\(entry.site.pc)", line: entry.site.opener.line, points: entry.site.points.count,
                frames: entry.site.frames.map { Frame(function: $0.function, file: $0.file, line: $0.line) },
                promise: entry.promise?.name,
                scenarios: entry.covers.map {
                    Cover(
                        name: $0.scenario.name, id: $0.scenario.id, run: $0.run?.path, evidence: $0.evidence)
                })
        }
        return Document(
            kernel: Kernel(
                image: kernel.image, release: kernel.release, key: kernel.key, features: kernel.features),
            places: places, uncovered: coverage.count { $0.covers.isEmpty })
    }
}
