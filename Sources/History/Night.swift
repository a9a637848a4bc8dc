// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// One night as a whole.
package struct Night: Sendable, Hashable {
    let id: Int64
    /// Begins with its time, such as `20261124T020000Z`; the name of its directory.
    package let name: String
    /// A digest of the configuration; a night goes on only under the same one.
    package let config: String
    package let started: Date
    /// Nil while it runs, and when it was killed.
    package let ended: Date?
}
