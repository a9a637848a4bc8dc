// SPDX-License-Identifier: Apache-2.0

import Foundation
package import KernelBuild
package import Lab

/// What a terminal shows while a run goes on; decides what to write and writes nothing.
package struct ProgressDisplay: Sendable {
    /// What the terminal should do.
    package enum Action: Sendable, Hashable {
        /// Write a line that stays.
        case line(String)
        /// Show this until the next action, in place of what was shown; nil shows nothing.
        case status(String?)
    }

    private let style: TextStyle
    /// Whether there is a terminal that can replace a line; without one, progress is written in tenths.
    private let isLive: Bool
    private var compileStart: (done: Int, seconds: Double)?
    private var lastTenth = 0

    package init(style: TextStyle, isLive: Bool) {
        self.style = style
        self.isLive = isLive
    }

    /// Takes one event, with the seconds since the run started.
    package mutating func receive(_ event: RunEvent, at seconds: Double) -> [Action] {
        switch event {
        case .building(let build):
            return receive(build, at: seconds)
        case .remark(let text):
            return [.line(style.paint(PlainText.singleLine(text), .dim))]
        case .guestStarting(let number, let cold):
            return [.status(cold ? "booting guest \(number)" : "restoring guest \(number)")]
        case .guestReady(let number, let seconds):
            return [.status("guest \(number) answered after \(SpokenDuration.text(seconds))")]
        case .guestEnded(let number, let reason):
            guard let reason else { return [.status(nil)] }
            return [.line(style.paint("guest \(number) ended: \(PlainText.singleLine(reason))", .yellow))]
        case .scenarioStarted(let name, let id):
            return [.status("running " + [id, name].compactMap(\.self).joined(separator: " "))]
        case .scenarioEnded(let result):
            return ScenarioText(style: style).lines(result).map(Action.line)
        }
    }

    /// Takes one event of a build.
    package mutating func receive(_ event: BuildEvent, at seconds: Double) -> [Action] {
        switch event {
        case .reused(let image, let key):
            return [.line("kernel \(image) is built already (key \(key.prefix(12)))")]
        case .waiting(let image, _):
            return [.line("another process builds \(image); waiting for it")]
        case .phase(let image, let name):
            compileStart = nil
            lastTenth = 0
            return [isLive ? .status("\(image): \(name)") : .line("\(image): \(name)")]
        case .progress(let image, let done, let expected):
            return progress(image: image, done: done, expected: expected, at: seconds)
        case .remark(let image, let text):
            return [.line(style.paint("\(image): \(PlainText.singleLine(text))", .dim))]
        case .finished(let image, let key, let duration):
            let text = "built \(image) in \(SpokenDuration.text(duration)) (key \(key.prefix(12)))"
            return [.line(text)]
        }
    }

    private mutating func progress(image: String, done: Int, expected: Int, at seconds: Double) -> [Action] {
        let start = compileStart ?? (done, seconds)
        compileStart = start
        let expected = max(expected, done, 1)
        let fraction = Double(done) / Double(expected)
        var text = "\(image): \(done) of \(expected) objects"
        if done > start.done, done < expected {
            let left = (seconds - start.seconds) / Double(done - start.done) * Double(expected - done)
            text += ", \(SpokenDuration.text(left)) left"
        }
        if isLive { return [.status("\(Self.bar(fraction)) \(text)")] }
        let tenth = Int(fraction * 10)
        guard tenth > lastTenth else { return [] }
        lastTenth = tenth
        return [.line(text)]
    }

    /// A bar of 24 cells.
    static func bar(_ fraction: Double) -> String {
        let full = Int((max(0, min(fraction, 1)) * 24).rounded(.down))
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: 24 - full) + "]"
    }
}
