// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the Kconfig files of a tree say about each symbol.
///
/// Enough to explain why a value did not stick; deciding values is left to the tree's own `conf`. Read only then, which
/// takes a second or two.
struct KconfigTree: Sendable {
    /// One `config` or `menuconfig` entry; a symbol may have several.
    struct Definition: Sendable, Hashable {
        let file: String
        let line: Int
        /// Whether a person can set it; else only defaults and selects do.
        var hasPrompt = false
        /// From the entry, the menus and the ifs around it; each as written, with its condition if it is readable.
        var dependencies: [Dependency]
        /// Whether it is one of several that exclude each other.
        var isChoiceMember: Bool
    }

    struct Dependency: Sendable, Hashable {
        let text: String
        let condition: KconfigExpression?
    }

    private(set) var definitions: [String: [Definition]] = [:]
    /// For each symbol, which entries select it.
    private(set) var selectors: [String: [String]] = [:]

    /// Reads the Kconfig file at the root of a tree and everything it sources.
    ///
    /// - Parameters:
    ///   - tree: The kernel tree.
    ///   - architecture: The name of its directory below arch.
    init(tree: URL, architecture: String = "x86") {
        var reader = Reader(tree: tree, architecture: architecture)
        reader.read("Kconfig", within: [])
        definitions = reader.definitions
        selectors = reader.selectors
    }

    private struct Reader {
        let tree: URL
        let architecture: String
        var definitions: [String: [Definition]] = [:]
        var selectors: [String: [String]] = [:]
        private var visited: Set<String> = []

        init(tree: URL, architecture: String) {
            self.tree = tree
            self.architecture = architecture
        }

        /// What a property such as "depends on" belongs to.
        private enum Owner {
            case block
            case symbol(String)
            /// A comment; its properties say nothing about symbols.
            case comment

            var symbol: String? { if case .symbol(let name) = self { name } else { nil } }
        }

        /// A block that ends with endif, endmenu or endchoice.
        private struct Block {
            var isChoice = false
            var dependencies: [Dependency] = []
        }

        mutating func read(_ path: String, within outer: [Dependency]) {
            guard visited.insert(path).inserted, !path.split(separator: "/").contains("..") else { return }
            let file = tree.appending(path: path)
            // The tree may be anybody's: a link could lead out of it.
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular,
                let text = try? String(contentsOf: file, encoding: .utf8)
            else { return }
            parse(Self.logicalLines(text), path: path, outer: outer)
        }

        private mutating func parse(
            _ lines: [(number: Int, text: Substring)], path: String, outer: [Dependency]
        ) {
            var blocks: [Block] = []
            var owner = Owner.block
            var helpIndentation: Int?
            var inHelp = false
            for (number, line) in lines {
                let text = line.trimming(while: \.isWhitespace)
                if inHelp {
                    let indentation = Self.indentation(of: line)
                    if text.isEmpty { continue }
                    if indentation > 0, indentation >= helpIndentation ?? 1 {
                        helpIndentation = helpIndentation ?? indentation
                        continue
                    }
                    inHelp = false
                }
                guard let keyword = text.split(whereSeparator: \.isWhitespace).first else { continue }
                let rest = text.dropFirst(keyword.count).trimming(while: \.isWhitespace)
                switch keyword {
                case "help", "---help---":
                    inHelp = true
                    helpIndentation = nil
                case "config", "menuconfig":
                    owner = .symbol(String(rest))
                    definitions[String(rest), default: []].append(
                        Definition(
                            file: path, line: number, dependencies: outer + blocks.flatMap(\.dependencies),
                            isChoiceMember: blocks.last?.isChoice ?? false))
                case "if":
                    owner = .block
                    blocks.append(Block(dependencies: [Self.dependency(rest)]))
                case "menu", "choice":
                    owner = .block
                    blocks.append(Block(isChoice: keyword == "choice"))
                case "endif", "endmenu", "endchoice":
                    owner = .block
                    _ = blocks.popLast()
                case "comment":
                    owner = .comment
                case "source":
                    owner = .block
                    read(expand(rest), within: outer + blocks.flatMap(\.dependencies))
                case "depends":
                    let condition = rest.hasPrefix("on") ? rest.dropFirst(2) : rest
                    add(Self.dependency(condition.trimming(while: \.isWhitespace)), to: owner, &blocks)
                case "bool", "tristate", "string", "int", "hex", "prompt":
                    if rest.first == "\"" || rest.first == "'" { prompt(of: owner.symbol, line: rest) }
                case "select":
                    let target = rest.prefix { !$0.isWhitespace }
                    if let symbol = owner.symbol { selectors[String(target), default: []].append(symbol) }
                default: break
                }
            }
        }

        private mutating func add(_ dependency: Dependency, to owner: Owner, _ blocks: inout [Block]) {
            switch owner {
            case .symbol(let symbol):
                guard let last = definitions[symbol]?.indices.last else { return }
                definitions[symbol]?[last].dependencies.append(dependency)
            case .block:
                if let last = blocks.indices.last { blocks[last].dependencies.append(dependency) }
            case .comment: break
            }
        }

        private mutating func prompt(of symbol: String?, line: Substring) {
            guard let symbol, let last = definitions[symbol]?.indices.last else { return }
            definitions[symbol]?[last].hasPrompt = true
            // `bool "text" if CONDITION`: outside the condition nobody can set it.
            let quote = line.first
            let tail = line.dropFirst().drop { $0 != quote }.dropFirst().trimming(while: \.isWhitespace)
            if tail.hasPrefix("if ") {
                definitions[symbol]?[last].dependencies.append(Self.dependency(tail.dropFirst(3)))
            }
        }

        private func expand(_ path: Substring) -> String {
            String(path.trimming { $0 == "\"" }).replacing("$(SRCARCH)", with: architecture).replacing(
                "$(HEADER_ARCH)", with: architecture)
        }

        private static func dependency(_ text: Substring) -> Dependency {
            Dependency(text: String(text), condition: KconfigExpression(text))
        }

        /// Lines with their numbers, a trailing backslash joining the next one.
        private static func logicalLines(_ text: String) -> [(number: Int, text: Substring)] {
            var result: [(number: Int, text: Substring)] = []
            var continues = false
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let hasMore = line.hasSuffix("\\")
                let part = hasMore ? line.dropLast() : line
                if continues, let last = result.popLast() {
                    result.append((last.number, last.text + " " + part.trimming(while: \.isWhitespace)))
                } else {
                    result.append((index + 1, part))
                }
                continues = hasMore
            }
            return result
        }

        private static func indentation(of line: Substring) -> Int {
            line.prefix(while: \.isWhitespace).reduce(0) { $1 == "\t" ? ($0 / 8 + 1) * 8 : $0 + 1 }
        }
    }
}
