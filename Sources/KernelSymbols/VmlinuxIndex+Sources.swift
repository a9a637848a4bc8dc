// SPDX-License-Identifier: Apache-2.0

extension VmlinuxIndex {
    /// The source files that lines of code in the image come from, headers included, below the kernel tree.
    package var sourceFiles: Set<String> {
        let rows = file[.rows]
        let numbers = Set((0..<rows.count).lazy.map { rows[$0, 1] })
        return Set(numbers.subtracting([IndexFormat.none]).map(file.string))
    }

    /// The functions with coverage points by the source file that defines each.
    ///
    /// Code of a header that was inlined belongs to the function it was inlined into.
    package var instrumentedFunctions: [String: Set<String>] {
        let points = file[.points]
        var functions: [String: Set<String>] = [:]
        var last: UInt32?
        for number in 0..<points.count where points[number, 2] != last {
            last = points[number, 2]
            guard let function = point(number: number)?.frames.last else { continue }
            functions[function.file, default: []].insert(function.function)
        }
        return functions
    }
}
