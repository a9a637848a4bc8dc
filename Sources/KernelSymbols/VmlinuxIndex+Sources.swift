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

    /// The functions without coverage points by the source file their code begins in; parts that the compiler split off
    /// are functions of their own.
    package var functionsWithoutPoints: [String: Set<String>] {
        let symbols = file[.symbols]
        let rows = file[.rows]
        var functions: [String: Set<String>] = [:]
        var row = 0
        for number in 0..<symbols.count {
            let (start, size) = (symbols[number, 0], symbols[number, 1])
            while row < rows.count, rows[row, 0] < start { row += 1 }
            guard symbols[number, 5] == 0, row < rows.count, rows[row, 0] - start < max(size, 1),
                rows[row, 1] != IndexFormat.none
            else { continue }
            functions[file.string(rows[row, 1]), default: []].insert(file.string(symbols[number, 2]))
        }
        return functions
    }
}
