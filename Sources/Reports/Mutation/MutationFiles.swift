// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Mutation

/// Writes what the bench leaves in its directory, each file whole or not at all.
package enum MutationFiles {
    /// `mutants.json`, `junit.xml` and `matrix.html`.
    package static func write(_ record: MutationRecord, to directory: URL) throws {
        try AtomicFile.write(
            try MutationDocument(record).readableJSON(), to: directory.appending(path: "mutants.json"))
        try AtomicFile.write(MutationJUnit(record).text, to: directory.appending(path: "junit.xml"))
        try AtomicFile.write(KillMatrix(record).text, to: directory.appending(path: "matrix.html"))
    }
}
