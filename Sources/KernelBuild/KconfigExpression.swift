// SPDX-License-Identifier: Apache-2.0

/// A condition in a Kconfig file: symbols, comparisons, negation, and, or.
indirect enum KconfigExpression: Hashable, Sendable {
    case symbol(String)
    /// A quoted word, a number, or y, m, n.
    case constant(String)
    /// `=`, `!=`, `<`, `<=`, `>` or `>=`.
    case comparison(KconfigExpression, String, KconfigExpression)
    case not(KconfigExpression)
    case and(KconfigExpression, KconfigExpression)
    case or(KconfigExpression, KconfigExpression)

    /// Reads a condition; nil when it is not one, or uses a macro, whose value only the build knows.
    init?(_ text: Substring) {
        var parser = Parser(text)
        guard let expression = parser.alternatives(), parser.isAtEnd else { return nil }
        self = expression
    }

    /// The tristate value as 0 (n), 1 (m) or 2 (y).
    func value(in config: KernelConfig) -> Int {
        switch self {
        case .symbol(let name): Self.tristate(config[name])
        case .constant(let text): Self.tristate(text)
        case .comparison(let left, let relation, let right):
            Self.compare(left.text(in: config), relation, right.text(in: config)) ? 2 : 0
        case .not(let operand): 2 - operand.value(in: config)
        case .and(let left, let right): min(left.value(in: config), right.value(in: config))
        case .or(let left, let right): max(left.value(in: config), right.value(in: config))
        }
    }

    /// The parts that are joined by "and".
    var conjuncts: [KconfigExpression] {
        if case .and(let left, let right) = self { left.conjuncts + right.conjuncts } else { [self] }
    }

    /// Every symbol that is mentioned, in order.
    var symbols: [String] {
        switch self {
        case .symbol(let name): [name]
        case .constant: []
        case .comparison(let left, _, let right), .and(let left, let right), .or(let left, let right):
            left.symbols + right.symbols
        case .not(let operand): operand.symbols
        }
    }

    private func text(in config: KernelConfig) -> String {
        switch self {
        case .symbol(let name): config[name].trimmingQuotes
        case .constant(let text): text
        default: ["n", "m", "y"][value(in: config)]
        }
    }

    private static func tristate(_ text: String) -> Int { text == "y" ? 2 : text == "m" ? 1 : 0 }

    private static func compare(_ left: String, _ relation: String, _ right: String) -> Bool {
        switch relation {
        case "=": return left == right
        case "!=": return left != right
        default:
            guard let left = Int(left), let right = Int(right) else { return false }
            switch relation {
            case "<": return left < right
            case "<=": return left <= right
            case ">": return left > right
            default: return left >= right
            }
        }
    }
}

extension KconfigExpression: CustomStringConvertible {
    var description: String {
        switch self {
        case .symbol(let name): name
        case .constant(let text): text
        case .comparison(let left, let relation, let right): "\(left)\(relation)\(right)"
        case .not(let operand): "!" + operand.grouped
        case .and(let left, let right): "\(left.grouped) && \(right.grouped)"
        case .or(let left, let right): "\(left) || \(right)"
        }
    }

    private var grouped: String {
        switch self {
        case .or: "(\(self))"
        default: description
        }
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        count > 1 && first == "\"" && last == "\"" ? String(dropFirst().dropLast()) : self
    }
}

extension KconfigExpression {
    /// Recursive descent over the words of one line; "or" binds less than "and", "and" less than "not".
    private struct Parser {
        private var words: [String]
        private var depth = 0

        init(_ text: Substring) { words = Self.split(text).reversed() }

        var isAtEnd: Bool { words.isEmpty }

        mutating func alternatives() -> KconfigExpression? {
            guard var result = conjunction() else { return nil }
            while words.last == "||" {
                words.removeLast()
                guard let next = conjunction() else { return nil }
                result = .or(result, next)
            }
            return result
        }

        private mutating func conjunction() -> KconfigExpression? {
            guard var result = negation() else { return nil }
            while words.last == "&&" {
                words.removeLast()
                guard let next = negation() else { return nil }
                result = .and(result, next)
            }
            return result
        }

        private mutating func negation() -> KconfigExpression? {
            // The tree may be anybody's; its conditions must not exhaust our stack.
            depth += 1
            defer { depth -= 1 }
            guard depth < 100 else { return nil }
            if words.last == "!" {
                words.removeLast()
                return negation().map { .not($0) }
            }
            if words.last == "(" {
                words.removeLast()
                guard let inner = alternatives(), words.popLast() == ")" else { return nil }
                return inner
            }
            guard let left = operand() else { return nil }
            guard let relation = words.last, ["=", "!=", "<", "<=", ">", ">="].contains(relation) else {
                return left
            }
            words.removeLast()
            return operand().map { .comparison(left, relation, $0) }
        }

        private mutating func operand() -> KconfigExpression? {
            guard let word = words.popLast(), let first = word.first else { return nil }
            if first == "\"" { return .constant(String(word.dropFirst())) }
            guard first.isLetter || first.isNumber || first == "_" else { return nil }
            if ["y", "m", "n"].contains(word) || word.allSatisfy(\.isNumber) { return .constant(word) }
            return .symbol(word)
        }

        /// Words and operators; a quoted word keeps its opening quote, so that it can be told from a symbol.
        private static func split(_ text: Substring) -> [String] {
            var words: [String] = []
            var rest = text
            while let character = rest.first {
                if character.isWhitespace {
                    rest.removeFirst()
                } else if character == "\"" || character == "'" {
                    let body = rest.dropFirst().prefix { $0 != character }
                    words.append("\"" + body)
                    rest = rest.dropFirst(body.count + 2)
                } else if let symbol = ["&&", "||", "!=", "<=", ">=", "=", "<", ">", "!", "(", ")"]
                    .first(where: { rest.hasPrefix($0) })
                {
                    words.append(symbol)
                    rest = rest.dropFirst(symbol.count)
                } else if character == "#" {
                    break
                } else {
                    let word = rest.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
                    words.append(word.isEmpty ? String(character) : String(word))
                    rest = rest.dropFirst(max(1, word.count))
                }
            }
            return words
        }
    }
}
