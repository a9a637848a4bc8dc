// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Lab

/// Writes every report of a finished run into its directory.
package enum ReportFiles {
    /// Writes `record.json`, `results.json`, `junit.xml`, `report.ktap` and `report.txt`, each whole or not at all,
    /// then points `latest` at the directory.
    ///
    /// - Throws: `AtomicFile.Failure` for the first file that could not be written; the others are still tried.
    package static func write(_ record: RunRecord, to directory: RunDirectory) throws(AtomicFile.Failure) {
        let text = ReportText(style: .plain).full(record, directory: directory.url.path)
        let files: [(URL, () throws -> Data)] = [
            (directory.results, { try ResultsDocument(record).readableJSON() }),
            (directory.record, { try record.readableJSON() }),
            (directory.junit, { Data(JUnitReport(record).text.utf8) }),
            (directory.ktap, { Data(KTAPReport(record).text.utf8) }),
            (directory.text, { Data(text.utf8) }),
        ]
        var first: AtomicFile.Failure?
        for (file, content) in files {
            do {
                try AtomicFile.write(try content(), to: file)
            } catch let failure as AtomicFile.Failure {
                first = first ?? failure
            } catch {
                first = first ?? AtomicFile.Failure(path: file.path, cause: "\(error)")
            }
        }
        if let first { throw first }
        try directory.becomeLatest()
    }
}
