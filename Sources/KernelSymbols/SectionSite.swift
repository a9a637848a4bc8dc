// SPDX-License-Identifier: Apache-2.0

import Foundation
package import KcovModel

/// A place in the kernel image that opens a remote section: a call of `kcov_remote_start()` (kernel/kcov.c).
package struct SectionSite: Hashable, Sendable {
    /// The return address of the call.
    package let pc: ProgramCounter
    /// The symbol that contains the call.
    package let symbol: String
    /// The function that opens the section, where it does so: the first one that is no wrapper.
    package let opener: SourceFrame
    /// The whole inline chain, innermost first: wrappers such as `kcov_remote_start_common`, the opener, what it is
    /// inlined into.
    package let frames: [SourceFrame]
    /// Coverage points of the opener on the lines behind this one up to the call of `kcov_remote_stop()`.
    ///
    /// Up to the next start or the end where a loop stops the section in its head. A section that was opened here may
    /// record these; empty when it runs nothing of the opener but calls. In rising order.
    package let points: [ProgramCounter]

    package init(
        pc: ProgramCounter, symbol: String, opener: SourceFrame, frames: [SourceFrame],
        points: [ProgramCounter]
    ) {
        self.pc = pc
        self.symbol = symbol
        self.opener = opener
        self.frames = frames
        self.points = points
    }
}

extension VmlinuxIndex {
    /// Every place of this image that opens a remote section, by file and line.
    ///
    /// Found like coverage points, by the bytes of a direct call in decoded functions. Modules are not part of the
    /// image, and a call through a pointer is not seen.
    ///
    /// - Throws: `SymbolError`, with `noSections` for an image without `kcov_remote_start`.
    package func sectionSites() throws(SymbolError) -> [SectionSite] {
        let elf = try ElfImage(path: image.path)
        let functions = SymbolTable(elf.symbols, code: elf.code, base: file.base).extents
        func sites(calling name: String) -> [(symbol: Int, place: SectionSite)]? {
            guard let target = elf.symbols.first(where: { $0.name == name }) else { return nil }
            return elf.code.flatMap { section in
                Self.calls(of: target.address, in: section, functions: functions).compactMap { call in
                    site(ProgramCounter(rawValue: call.end))
                }
            }
        }
        guard let starts = sites(calling: "kcov_remote_start") else {
            throw SymbolError(path: image.path, reason: .noSections)
        }
        let stops = sites(calling: "kcov_remote_stop")?.map(\.place) ?? []
        return starts.map { symbol, place in
            SectionSite(
                pc: place.pc, symbol: place.symbol, opener: place.opener, frames: place.frames,
                points: points(of: place, in: symbol, starts: starts.map(\.place), stops: stops))
        }.sorted { ($0.opener.file, $0.opener.line) < ($1.opener.file, $1.opener.line) }
    }

    /// The calls of a function in one section, without those that only look like one.
    private static func calls(
        of target: UInt64, in section: ElfImage.Code, functions: [(start: UInt64, size: UInt64)]
    ) -> [DirectBranch] {
        let candidates = DirectBranch.candidates(in: section, to: [target])
        let addresses = candidates.map(\.address).sorted()
        var hidden: Set<UInt64> = []
        for number in Set(addresses.map { address in functions.partitioningIndex { $0.start > address } - 1 })
        {
            guard number >= 0, functions[number].start >= section.address else { continue }
            let (start, size) = functions[number]
            var body = FunctionBody(start: start, size: min(size, section.end - start))
            body.decode(section, callbacks: [:], candidates: addresses)
            hidden.formUnion(body.hidden)
        }
        return candidates.filter { !hidden.contains($0.address) }
    }

    private func site(_ pc: ProgramCounter) -> (symbol: Int, place: SectionSite)? {
        guard let place = frames(at: pc), let outermost = place.frames.last,
            let symbol = symbolNumber(containing: UInt32(truncatingIfNeeded: pc.callSite - file.base))
        else { return nil }
        let opener = place.frames.first { !$0.function.contains("kcov_remote_st") } ?? outermost
        return (
            symbol,
            SectionSite(pc: pc, symbol: place.symbol, opener: opener, frames: place.frames, points: [])
        )
    }

    private func points(
        of site: SectionSite, in symbol: Int, starts: [SectionSite], stops: [SectionSite]
    ) -> [ProgramCounter] {
        func next(_ others: [SectionSite]) -> Int {
            others.filter { $0.symbol == site.symbol && $0.opener.function == site.opener.function }
                .map(\.opener.line).filter { $0 > site.opener.line }.min() ?? .max
        }
        // The line of the stop belongs to the section: its wrapper may have code of its own before the call.
        let last = min(next(stops), next(starts) - 1)
        let first = Int(file[.symbols][symbol, 4])
        let count = min(Int(file[.symbols][symbol, 5]), file[.points].count)
        return (0..<count).compactMap { point(number: first + $0) }.filter { point in
            guard let frame = point.frames.first(where: { $0.function == site.opener.function }) else {
                return false
            }
            return frame.line > site.opener.line && frame.line <= last
        }.map(\.pc)
    }
}
