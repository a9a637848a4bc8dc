// SPDX-License-Identifier: Apache-2.0

import Foundation

extension VmlinuxIndex {
    /// The names of the variables of the image, static ones included, without the numbers that tell copies apart.
    ///
    /// The index has only functions; this reads the symbol table of the image itself.
    ///
    /// - Returns: Each once, sorted.
    /// - Throws: `SymbolError` when the image cannot be read any more.
    public func variableNames() throws(SymbolError) -> [String] {
        let types: Set<UInt8> = [1, 6]  // STT_OBJECT, STT_TLS
        let names = try ElfFile(path: image.path).symbols().filter { types.contains($0.info & 0xf) }.map {
            symbol in
            // A static variable of a function is `name.12`.
            let parts = symbol.name.split(separator: ".")
            let isNumbered = parts.count > 1 && parts.dropFirst().allSatisfy { $0.allSatisfy(\.isNumber) }
            return isNumbered ? String(parts[0]) : symbol.name
        }
        return Set(names).sorted()
    }
}
