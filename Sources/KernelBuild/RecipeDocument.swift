// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Foundation

/// One recipe file as written, before inheritance.
struct RecipeDocument {
    var name: (text: String, location: SourceLocation)?
    var parent: (text: String, location: SourceLocation)?
    var source: (value: KernelRecipe.Source, location: SourceLocation)?
    var patches: [KernelRecipe.Input] = []
    var fragments: [KernelRecipe.Input] = []
    var features: [String] = []
    var compiler: KernelRecipe.Compiler?
    var processors: Int?
    var memory: Int?
    let location: SourceLocation

    /// Reads a recipe and checks everything that can be checked without other recipes.
    ///
    /// - Parameters:
    ///   - document: The YAML text as values.
    ///   - directory: What paths in the recipe are relative to.
    ///   - kconfigs: The directory of shipped fragments.
    ///   - collector: Where mistakes go.
    init(_ document: YAMLDocument, directory: URL, kconfigs: URL, collector: DiagnosticCollector) {
        location = document.location
        var reader = MappingReader(document, what: "a recipe", collector: collector)
        let reading = RecipeReading(directory: directory, kconfigs: kconfigs, collector: collector)

        if let value = reader.required("name"), let text = reading.word(value, key: "name") {
            name = (text, value.location)
        }
        if let value = reader.optional("from"), let text = reading.word(value, key: "from") {
            parent = (text, value.location)
        }
        if let value = reader.optional("source") {
            source = reading.source(value).map { ($0, value.location) }
        }
        patches = reader.texts("patches").compactMap { reading.patch($0.text, at: $0.location) }
        fragments = reader.texts("kconfigs").compactMap { reading.fragment($0.text, at: $0.location) }
        features = reader.texts("features").compactMap { reading.feature($0.text, at: $0.location) }
        if let value = reader.optional("compiler") {
            compiler = reading.compiler(value)
        }
        processors = reading.number("cpus", in: 1...64, &reader)
        memory = reading.number("memory", in: 64...1_048_576, &reader)
        reader.finish()
    }
}
