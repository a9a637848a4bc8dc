// SPDX-License-Identifier: Apache-2.0

extension AgentMessage: FramedMessage {
    public func encoded() -> (kind: UInt8, payload: [UInt8]) {
        var writer = ByteWriter()
        switch self {
        case .hello(let version, let nonce, let facts):
            writer.write(version)
            writer.write(nonce)
            writer.write(facts)
            return (1, writer.bytes)
        case .prepared(let run):
            writer.write(run)
            return (2, writer.bytes)
        case .step(let run, let report):
            writer.write(run)
            writer.write(report)
            return (3, writer.bytes)
        case .task(let run, let report):
            writer.write(run)
            writer.write(report)
            return (4, writer.bytes)
        case .buffer(let run, let report):
            writer.write(run)
            writer.write(report)
            return (5, writer.bytes)
        case .words(let run, let words):
            writer.write(run)
            writer.write(words: words)
            return (6, writer.bytes)
        case .finished(let run, let ending):
            writer.write(run)
            writer.write(ending)
            return (7, writer.bytes)
        case .state(let state):
            writer.write(state)
            return (8, writer.bytes)
        case .parked: return (9, [])
        case .note(let text):
            writer.write(text)
            return (10, writer.bytes)
        case .failure(let text):
            writer.write(text)
            return (11, writer.bytes)
        }
    }

    public static func decoded(kind: UInt8, payload: ArraySlice<UInt8>) throws(ProtocolError) -> Self {
        var reader = ByteReader(payload)
        let message: Self =
            switch kind {
            case 1:
                .hello(version: try reader.read(), nonce: try reader.read(), facts: try reader.readFacts())
            case 2: .prepared(run: try reader.read())
            case 3: .step(run: try reader.read(), report: try reader.readStepReport())
            case 4: .task(run: try reader.read(), report: try reader.readTaskReport())
            case 5: .buffer(run: try reader.read(), report: try reader.readBufferReport())
            case 6: .words(run: try reader.read(), words: try reader.readWords())
            case 7: .finished(run: try reader.read(), ending: try reader.readEnding())
            case 8: .state(try reader.readState())
            case 9: .parked
            case 10: .note(try reader.readText())
            case 11: .failure(try reader.readText())
            default: throw .unknown(what: "message of the agent", number: kind)
            }
        try reader.finish()
        return message
    }
}
