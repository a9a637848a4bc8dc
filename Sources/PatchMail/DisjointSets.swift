// SPDX-License-Identifier: Apache-2.0

/// Numbers from zero, each in one set; sets are joined but never parted.
struct DisjointSets: Sendable {
    private var parents: [Int] = []

    /// Makes a set of its own.
    mutating func add() -> Int {
        parents.append(parents.count)
        return parents.count - 1
    }

    /// The number that stands for the set of a number.
    func root(of number: Int) -> Int {
        var number = number
        while parents[number] != number { number = parents[number] }
        return number
    }

    mutating func join(_ left: Int, _ right: Int) {
        let (left, right) = (root(of: left), root(of: right))
        // The older stays, and the path gets shorter for those who come next.
        parents[max(left, right)] = min(left, right)
    }
}
