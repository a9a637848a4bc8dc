// SPDX-License-Identifier: Apache-2.0

import CoverageAssertions
import KernelBuild
import KernelSymbols
import ScenarioModel

/// Holds a built kernel against what a plan promises of it; nothing boots.
struct BuildJudge: Sendable {
    let index: VmlinuxIndex
    /// See `KernelArtifact.warnings`.
    let warnings: [String]?

    init(index: VmlinuxIndex, warnings: [String]?) {
        self.index = index
        self.warnings = warnings
    }

    init(kernel: KernelUnderTest) {
        self.init(index: kernel.index, warnings: kernel.artifact.warnings)
    }

    /// The verdict, with one step for each promise.
    func result(of scenario: Scenario, _ plan: BuildPlan) -> ScenarioResult {
        var findings: [Finding] = []
        var steps: [StepResult] = []
        for check in plan.checks {
            let (promise, problems) = judge(check.expectation)
            findings += problems.map {
                Finding(
                    expected: "the kernel image: \($0.expected)", found: $0.found, evidence: $0.evidence,
                    location: check.location)
            }
            steps.append(
                StepResult(
                    text: "build: \(promise)", location: check.location, passed: problems.isEmpty,
                    detail: problems.isEmpty ? "yes" : problems[0].found))
        }
        return ScenarioResult(
            name: scenario.name, id: scenario.id, contract: plan.contract,
            outcome: findings.isEmpty ? .passed : .failed, seconds: 0,
            reason: findings.first.map { "\($0.expected); found: \($0.found)" }, findings: findings,
            console: nil, steps: steps, buffers: [])
    }

    /// A promise that was not kept.
    private typealias Problem = (expected: String, found: String, evidence: [String])

    /// What is promised, in words, and what is not so.
    private func judge(_ expectation: BuildExpectation) -> (promise: String, problems: [Problem]) {
        switch expectation {
        case .present(let names): return ("has \(Self.list(names))", problems(having: names))
        case .absent(let names): return ("is without \(Self.list(names))", problems(lacking: names))
        case .uninstrumented(let files):
            return ("instruments nothing in \(Self.list(files))", instrumentation(of: files))
        case .instrumented(let files):
            return ("instruments each file of \(Self.list(files))", gaps(in: files))
        case .layout(let layout): return ("has struct \(layout.name) as promised", problems(with: layout))
        case .noWarnings:
            guard let warnings else {
                let found = "what was said when it was built is not known; remove it from the cache"
                return ("was built without warnings", [("was built without warnings", found, [])])
            }
            guard !warnings.isEmpty else { return ("was built without warnings", []) }
            return (
                "was built without warnings",
                [("was built without warnings", "\(warnings.count): \(warnings[0])", warnings)]
            )
        }
    }

    private func problems(having names: [String]) -> [Problem] {
        named(names) { name, there in
            guard there.isEmpty else { return nil }
            let near = index.functions(near: name).prefix(3).map { "nearest: \($0)" }
            return ("has the function or variable \(name)", "it has none of this name", Array(near))
        }
    }

    private func problems(lacking names: [String]) -> [Problem] {
        named(names) { name, there in
            guard !there.isEmpty else { return nil }
            return ("is without the function or variable \(name)", "it has \(Self.list(there))", [])
        }
    }

    /// Judges each name by what it stands for in the image, at most a few functions and variables.
    private func named(_ names: [String], _ judge: (String, [String]) -> Problem?) -> [Problem] {
        do {
            let variables = try index.variableNames()
            return names.compactMap { name in
                let glob = Glob(name)
                let functions =
                    name.contains("*")
                    ? index.functionNames.filter(glob.matches)
                    : index.presence(of: name) == .unknown ? [] : [name]
                return judge(name, Array((functions + variables.filter(glob.matches)).prefix(12)))
            }
        } catch {
            return [("has a table of symbols", "\(error)", [])]
        }
    }

    /// What speaks against source files without coverage points.
    private func instrumentation(of patterns: [String]) -> [Problem] {
        problems(patterns, among: index.sourceFiles, with: index.instrumentedFunctions) { file, functions in
            (
                "instruments nothing in \(file)",
                "\(functions.count) functions are instrumented, first: \(functions.first ?? "")"
            )
        }
    }

    /// What speaks against coverage points in each C source file.
    private func gaps(in patterns: [String]) -> [Problem] {
        let instrumented = index.instrumentedFunctions
        let silent = index.functionsWithoutPoints.filter {
            $0.key.hasSuffix(".c") && instrumented[$0.key] == nil
        }
        let files = Set(instrumented.keys).union(silent.keys)
        return problems(patterns, among: files, with: silent) { file, functions in
            ("instruments \(file)", "none of its \(functions.count) functions calls a coverage callback")
        }
    }

    /// A problem for each file of some functions that a pattern matches, and for each pattern that no file matches, which
    /// says nothing.
    private func problems(
        _ patterns: [String], among files: Set<String>, with functions: [String: Set<String>],
        saying: (String, [String]) -> (expected: String, found: String)
    ) -> [Problem] {
        patterns.flatMap { pattern -> [Problem] in
            let glob = Glob(pattern)
            guard files.contains(where: glob.matches) else {
                return [("has code of \(pattern)", "none, so nothing can be said about it", [])]
            }
            return functions.filter { glob.matches($0.key) }.sorted { $0.key < $1.key }.map {
                file, functions in
                let names = functions.sorted()
                let (expected, found) = saying(file, names)
                return (expected, found, Array(names.prefix(12)))
            }
        }
    }

    private func problems(with promise: StructExpectation) -> [Problem] {
        let name = "struct \(promise.name)"
        guard let layout = index.structLayout(named: promise.name) else {
            return [("uses \(name)", "its debug information has no struct or union of this name", [])]
        }
        var problems: [Problem] = []
        if let size = promise.size, size != UInt64(layout.size) {
            problems.append(("\(name) has \(size) bytes", "\(layout.size) bytes", members(of: layout)))
        }
        for pattern in promise.with where !layout.members.contains(where: { Glob(pattern).matches($0.name) })
        {
            problems.append(("\(name) has a member \(pattern)", "none", members(of: layout)))
        }
        for pattern in promise.without {
            let there = layout.members.filter { Glob(pattern).matches($0.name) }
            guard !there.isEmpty else { continue }
            problems.append(
                (
                    "\(name) has no member \(pattern)", there.map(\.name).joined(separator: ", "),
                    there.map { "\($0.typeName) \($0.name), \($0.size) bytes at \($0.offset)" }
                ))
        }
        return problems
    }

    private func members(of layout: StructLayout) -> [String] {
        let shown = layout.members.prefix(12).map { "\($0.typeName) \($0.name)" }
        let rest = layout.members.count - shown.count
        return shown + (rest > 0 ? ["[... \(rest) more]"] : [])
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
