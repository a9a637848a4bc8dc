// SPDX-License-Identifier: Apache-2.0

/// How the kernel's compiler laid out a `struct` or `union`.
public struct StructLayout: Hashable, Sendable {
    /// The tag without the keyword: `task_struct`.
    public let name: String
    /// Bytes.
    public let size: Int
    /// In the order of the declaration; members of anonymous structs and unions are listed as if they were direct.
    public let members: [Member]

    public init(name: String, size: Int, members: [Member]) {
        self.name = name
        self.size = size
        self.members = members
    }

    /// One member of a struct or union.
    public struct Member: Hashable, Sendable {
        public let name: String
        /// Bytes from the start of the outermost struct.
        public let offset: Int
        /// Bytes; zero for a flexible array.
        ///
        /// Of a bit-field, the bytes of its declared type.
        public let size: Int
        /// The type as C writes it, without the declarator: `struct kcov *`, `unsigned int[4]`.
        public let typeName: String

        public init(name: String, offset: Int, size: Int, typeName: String) {
            self.name = name
            self.offset = offset
            self.size = size
            self.typeName = typeName
        }
    }

    /// The member with this name.
    public func member(_ name: String) -> Member? { members.first { $0.name == name } }
}
