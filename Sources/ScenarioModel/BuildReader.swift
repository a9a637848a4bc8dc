// SPDX-License-Identifier: Apache-2.0

import Diagnostics

/// Reads what is promised about a built kernel.
struct BuildReader {
    /// The forms, with what each says; the reference and the schema show them.
    static let forms: [(name: String, about: String, example: String)] = [
        (
            "present", "Each is a function or variable of the image; a `*` stands for anything.",
            "present: [kcov_task_init, kcov_task_exit]"
        ),
        ("absent", "None is a function or variable of the image.", "absent: [kcov_*]"),
        (
            "uninstrumented",
            "No function that these source files define calls a coverage callback, and each has code in the image; a `*` "
                + "stands for anything.",
            "uninstrumented: [kernel/sched/*, kernel/softirq.c]"
        ),
        (
            "instrumented",
            "Of these C source files each that has code in the image calls a coverage callback, and there is one; a `*` stands "
                + "for anything.",
            "instrumented: [fs/*, net/*, kernel/sys.c]"
        ),
        (
            "struct",
            "A struct is in the image, with this `size` in bytes, `with` members and `without` others; a `*` stands "
                + "for anything.",
            "struct: {name: task_struct, without: kcov_*}"
        ),
        ("warnings", "`none`: nothing that was compiled for the kernel made a tool warn.", "warnings: none"),
    ]

    let conditions: ConditionReader
    let collector: DiagnosticCollector

    func promises(_ document: YAMLDocument) -> [BuildPromise] {
        guard let items = document.sequence, !items.isEmpty else {
            collector.report(
                "'build' is a list of expectations, found \(document.kind)", at: document.location)
            return []
        }
        return items.compactMap { item in
            var reader = MappingReader(item, what: "an expectation of a build", collector: collector)
            let condition = reader.optional("when").map(conditions.condition) ?? .always
            let found = Self.forms.compactMap { form in
                reader.optional(form.name).map { (form.name, $0) }
            }
            reader.finish()
            guard found.count == 1, let (form, value) = found.first else {
                collector.report(
                    "an expectation has one form, found \(found.count)", at: item.location,
                    suggestion: "write one of \(Self.forms.map(\.name).joined(separator: ", "))")
                return nil
            }
            return expectation(form, value).map {
                BuildPromise(
                    expectation: $0, condition: condition,
                    location: item.location.fileAndLine)
            }
        }
    }

    private func expectation(_ form: String, _ value: YAMLDocument) -> BuildExpectation? {
        switch form {
        case "present": return value.words(reportingTo: collector).map { .present($0) }
        case "absent": return value.words(reportingTo: collector).map { .absent($0) }
        case "uninstrumented": return value.words(reportingTo: collector).map { .uninstrumented($0) }
        case "instrumented": return value.words(reportingTo: collector).map { .instrumented($0) }
        case "struct": return layout(value).map { .layout($0) }
        default:
            if value.scalar == "none" { return .noWarnings }
            collector.report("'warnings' takes 'none', found \(value.kind)", at: value.location)
            return nil
        }
    }

    private func layout(_ document: YAMLDocument) -> StructExpectation? {
        var reader = MappingReader(document, what: "'struct'", collector: collector)
        let name = reader.requiredText("name")
        let size = reader.integer("size")
        let with = reader.texts("with").map(\.text)
        let without = reader.texts("without").map(\.text)
        reader.finish()
        guard let name else { return nil }
        guard size != nil || !with.isEmpty || !without.isEmpty else {
            collector.report(
                "nothing is said about 'struct \(name)'", at: document.location,
                suggestion: "add `size`, `with` or `without`")
            return nil
        }
        return StructExpectation(name: name, size: size, with: with, without: without)
    }
}
