// SPDX-License-Identifier: Apache-2.0

internal import CElfutils

// Safety, for all of this file: an entry is valid as long as the handle it came from, which the reader that uses it
// keeps; attribute values are copied out before the call returns.
extension Dwarf_Die {
    /// The name, its own or that of the entry it was made from.
    var name: String? {
        var copy = unsafe self
        return unsafe dwarf_diename(&copy).map { unsafe String(cString: $0) }
    }

    func string(_ attribute: Int) -> String? {
        var copy = unsafe self
        var value = unsafe Dwarf_Attribute()
        guard unsafe dwarf_attr(&copy, UInt32(attribute), &value) != nil else { return nil }
        return unsafe dwarf_formstring(&value).map { unsafe String(cString: $0) }
    }

    func unsigned(_ attribute: Int) -> UInt64? {
        var copy = unsafe self
        var value = unsafe Dwarf_Attribute()
        var number: UInt64 = 0
        guard unsafe dwarf_attr(&copy, UInt32(attribute), &value) != nil,
            unsafe dwarf_formudata(&value, &number) == 0
        else { return nil }
        return number
    }

    func has(_ attribute: Int) -> Bool {
        var copy = unsafe self
        return unsafe dwarf_hasattr(&copy, UInt32(attribute)) != 0
    }

    /// The entry that `DW_AT_type` refers to.
    var type: Dwarf_Die? {
        var copy = unsafe self
        var value = unsafe Dwarf_Attribute()
        var result = unsafe Dwarf_Die()
        guard unsafe dwarf_attr(&copy, UInt32(DW_AT_type), &value) != nil,
            unsafe dwarf_formref_die(&value, &result) != nil
        else { return nil }
        return unsafe result
    }

    /// Calls a function with each direct child.
    func forEachChild(_ body: (inout Dwarf_Die) -> Void) {
        var parent = unsafe self
        var child = unsafe Dwarf_Die()
        guard unsafe dwarf_child(&parent, &child) == 0 else { return }
        while true {
            unsafe body(&child)
            var next = unsafe Dwarf_Die()
            guard unsafe dwarf_siblingof(&child, &next) == 0 else { return }
            unsafe child = unsafe next
        }
    }
}
