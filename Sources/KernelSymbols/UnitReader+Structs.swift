// SPDX-License-Identifier: Apache-2.0

internal import CElfutils

extension UnitReader {
    /// Reads a struct or union, unless one of that name was read before.
    func readStruct(_ die: inout Dwarf_Die) {
        guard let name = unsafe name(dwarf_diename(&die)), !tables.structNames.contains(name) else { return }
        guard !(unsafe die.has(DW_AT_declaration)), let size = unsafe die.unsigned(DW_AT_byte_size) else {
            return
        }
        tables.structNames.insert(name)
        let first = tables.members.count / 4
        unsafe readMembers(&die, base: 0, depth: 0)
        let count = tables.members.count / 4 - first
        tables.structs += [name, UInt32(clamping: size), UInt32(first), UInt32(count)]
    }

    private func readMembers(_ die: inout Dwarf_Die, base: UInt64, depth: Int) {
        guard depth < 32 else { return }
        unsafe die.forEachChild { child in
            guard unsafe dwarf_tag(&child) == DW_TAG_member, var type = unsafe child.type else { return }
            let offset = unsafe base + memberOffset(&child)
            guard let name = unsafe name(dwarf_diename(&child)) else {
                unsafe readMembers(&type, base: offset, depth: depth + 1)
                return
            }
            var size: UInt64 = 0
            if unsafe dwarf_aggregate_size(&type, &size) != 0 { size = 0 }
            let typeName = tables.number(unsafe typeName(&type, depth: 0))
            tables.members += [name, typeName, UInt32(clamping: offset), UInt32(clamping: size)]
        }
    }

    /// Bytes from the start of the enclosing struct; a bit-field counts from the byte that holds its first bit.
    private func memberOffset(_ die: inout Dwarf_Die) -> UInt64 {
        if let offset = unsafe die.unsigned(DW_AT_data_member_location) { return offset }
        return unsafe (die.unsigned(DW_AT_data_bit_offset) ?? 0) / 8
    }

    /// A type as C writes it, without a declarator.
    private func typeName(_ die: inout Dwarf_Die, depth: Int) -> String {
        guard depth < 16 else { return "..." }
        let tag = unsafe dwarf_tag(&die)
        func inner() -> String {
            guard var type = unsafe die.type else { return "void" }
            return unsafe typeName(&type, depth: depth + 1)
        }
        switch Int(tag) {
        case Int(DW_TAG_structure_type): return "struct " + (unsafe die.name ?? "{...}")
        case Int(DW_TAG_union_type): return "union " + (unsafe die.name ?? "{...}")
        case Int(DW_TAG_enumeration_type): return "enum " + (unsafe die.name ?? "{...}")
        case Int(DW_TAG_pointer_type):
            let target = inner()
            if target.hasSuffix("()") { return target.dropLast(2) + "(*)()" }
            return target.hasSuffix("*") ? target + "*" : target + " *"
        case Int(DW_TAG_const_type):
            let target = inner()
            return target.hasSuffix("*") ? target + " const" : "const " + target
        case Int(DW_TAG_volatile_type):
            let target = inner()
            return target.hasSuffix("*") ? target + " volatile" : "volatile " + target
        case Int(DW_TAG_subroutine_type): return inner() + " ()"
        case Int(DW_TAG_array_type): return unsafe inner() + dimensions(&die)
        default: return unsafe die.name ?? "?"
        }
    }

    private func dimensions(_ die: inout Dwarf_Die) -> String {
        var result = ""
        unsafe die.forEachChild { child in
            guard unsafe dwarf_tag(&child) == DW_TAG_subrange_type else { return }
            if let count = unsafe child.unsigned(DW_AT_count) {
                result += "[\(count)]"
            } else if let last = unsafe child.unsigned(DW_AT_upper_bound) {
                result += "[\(last &+ 1)]"
            } else {
                result += "[]"
            }
        }
        return result
    }
}
