// SPDX-License-Identifier: Apache-2.0

public import KcovModel

/// A place in the kernel's source, with the function whose code it is.
public struct SourceFrame: Hashable, Sendable {
    public let function: String
    /// Relative to the top of the kernel tree.
    public let file: String
    public let line: Int

    public init(function: String, file: String, line: Int) {
        self.function = function
        self.file = file
        self.line = line
    }
}

/// The coverage callback a call goes to (`__sanitizer_cov_trace_*` in kernel/kcov.c).
public enum CoverageCallback: UInt8, CaseIterable, Sendable {
    case tracePC = 0
    case compare1, compare2, compare4, compare8
    case compareConstant1, compareConstant2, compareConstant4, compareConstant8
    case compareSwitch
}

/// A call of a coverage callback in the kernel image.
public struct CoveragePoint: Hashable, Sendable {
    /// The return address, which is what kcov records.
    public let pc: ProgramCounter
    public let callback: CoverageCallback
    /// The symbol that contains the call.
    public let symbol: String
    /// Innermost first: the inlined functions, then the function itself.
    public let frames: [SourceFrame]
    /// Whether a switch to another task may run this code, wherever it interrupts the work.
    ///
    /// The scheduler's own files are not instrumented (kernel/sched/Makefile), what it calls elsewhere is.
    public let servesScheduler: Bool

    public init(
        pc: ProgramCounter, callback: CoverageCallback, symbol: String, frames: [SourceFrame],
        servesScheduler: Bool = false
    ) {
        self.servesScheduler = servesScheduler
        self.pc = pc
        self.callback = callback
        self.symbol = symbol
        self.frames = frames
    }
}

/// What expectations need to know about the kernel image under test.
///
/// `VmlinuxIndex` answers from a real image; tests can answer from a table.
public protocol KernelIndex: Sendable {
    /// The coverage point at an address, if there is one.
    func coveragePoint(at pc: ProgramCounter) -> CoveragePoint?

    /// The symbol and source frames of any text address, coverage point or not; nil outside the kernel's text.
    func frames(at pc: ProgramCounter) -> (symbol: String, frames: [SourceFrame])?

    /// The program counter of the first coverage point of a function, which each call records exactly once; nil when
    /// the function does not exist as a symbol or is not instrumented.
    func entryPoint(of function: String) -> ProgramCounter?

    /// How the image knows a function name.
    func presence(of function: String) -> FunctionPresence

    /// Known function names that are near a misspelt one, best first.
    func functions(near name: String) -> [String]
}

/// Whether coverage of a function can be seen at all.
public enum FunctionPresence: Hashable, Sendable {
    /// A symbol with coverage points.
    case instrumented
    /// A symbol without coverage points: its file is excluded or it has `noinstr`.
    case notInstrumented
    /// No symbol of its own, but its code is inlined into others, with coverage points.
    case inlined
    case unknown
}
