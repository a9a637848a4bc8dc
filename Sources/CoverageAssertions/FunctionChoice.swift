// SPDX-License-Identifier: Apache-2.0

import KcovModel
public import KernelSymbols

/// A kernel function, with other names it may have in other kernels or other paths it may take.
///
/// Written as one string where there is one name, as an array where any of several will do. Only names the image under
/// test knows count; when it knows none the expectation cannot be checked, which is a finding.
public struct FunctionChoice: Hashable, Sendable {
    /// The names in order of preference; never empty.
    public let names: [String]

    public init(_ first: String, or others: [String] = []) {
        names = [first] + others
    }

    /// How much of a function an expectation needs to see.
    public enum Need: Sendable {
        /// Any of its code, inlined copies included.
        case code
        /// A symbol of its own whose first coverage point counts its calls.
        case entry
    }

    /// The names that exist in an image in the way that is needed.
    public func known(to index: some KernelIndex, for need: Need) -> [String] {
        names.filter { name in
            switch (index.presence(of: name), need) {
            case (.instrumented, .code), (.inlined, .code): true
            case (.instrumented, .entry): index.entryPoint(of: name) != nil
            default: false
            }
        }
    }

    /// Why an image cannot answer for this function; nil when it can.
    public func problem(in index: some KernelIndex, for need: Need) -> String? {
        guard known(to: index, for: need).isEmpty else { return nil }
        return names.map { Self.problem($0, in: index) }.joined(separator: "; ")
    }

    /// The program counters that count the calls of the known alternatives.
    func entries(in index: some KernelIndex) -> Set<ProgramCounter> {
        Set(names.compactMap { index.entryPoint(of: $0) })
    }

    private static func problem(_ name: String, in index: some KernelIndex) -> String {
        switch index.presence(of: name) {
        case .unknown:
            let near = index.functions(near: name).prefix(3)
            let advice = near.isEmpty ? "" : "; near it: \(near.joined(separator: ", "))"
            return "this kernel has no function '\(name)'\(advice)"
        case .notInstrumented:
            return "'\(name)' is not instrumented in this kernel, coverage can never show it"
        case .inlined:
            return "'\(name)' is inlined everywhere in this kernel, its calls cannot be counted"
        case .instrumented:
            return "'\(name)' has no first coverage point of its own in this kernel"
        }
    }
}

extension FunctionChoice: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) { self.init(name) }
}

extension FunctionChoice: CustomStringConvertible {
    public var description: String { names.joined(separator: " or ") }
}
