// SPDX-License-Identifier: Apache-2.0

/// Numbers from zero, each in one set; sets are joined but never parted.
struct DisjointSets: Sendable {
    private var parents: [Int] = []
    private var sizes: [Int] = []

    /// Makes a set of its own.
    mutating func add() -> Int {
        parents.append(parents.count)
        sizes.append(1)
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
        guard left != right else { return }
        // The smaller below the larger, so that no way to the root gets long.
        let (small, large) = sizes[left] < sizes[right] ? (left, right) : (right, left)
        parents[small] = large
        sizes[large] += sizes[small]
    }
}
