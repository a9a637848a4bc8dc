// SPDX-License-Identifier: Apache-2.0

import Foundation
import Installation
import Testing

/// Compares a text with the one kept beside the tests.
///
/// With KCOVLAB_RECORD=1 the kept text is replaced and the test fails once, so that a recording never passes unseen.
func expectSnapshot(
    _ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "Snapshots/\(name)")
    if Settings.current.recordsSnapshots {
        try Data(text.utf8).write(to: file)
        Issue.record("recorded \(name); review the change and run again", sourceLocation: sourceLocation)
        return
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    guard text != kept else { return }
    let difference = text.split(separator: "\n", omittingEmptySubsequences: false)
        .difference(from: kept.split(separator: "\n", omittingEmptySubsequences: false))
    let lines = difference.map { change in
        switch change {
        case .insert(let line, let text, _): "+\(line + 1): \(text)"
        case .remove(let line, let text, _): "-\(line + 1): \(text)"
        }
    }
    Issue.record(
        "\(name) differs (KCOVLAB_RECORD=1 records):\n\(lines.joined(separator: "\n"))",
        sourceLocation: sourceLocation)
}
