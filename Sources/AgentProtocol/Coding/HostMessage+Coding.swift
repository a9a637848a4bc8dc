// SPDX-License-Identifier: Apache-2.0

extension HostMessage: FramedMessage {
    public func encoded() -> (kind: UInt8, payload: [UInt8]) {
        var writer = ByteWriter()
        switch self {
        case .hello(let version, let nonce):
            writer.write(version)
            writer.write(nonce)
            return (1, writer.bytes)
        case .run(let run, let program):
            writer.write(run)
            writer.write(program)
            return (2, writer.bytes)
        case .inspect(let handles):
            writer.write(words: handles)
            return (3, writer.bytes)
        case .park: return (4, [])
        case .powerOff: return (5, [])
        }
    }

    public static func decoded(kind: UInt8, payload: ArraySlice<UInt8>) throws(ProtocolError) -> Self {
        var reader = ByteReader(payload)
        let message: Self =
            switch kind {
            case 1: .hello(version: try reader.read(), nonce: try reader.read())
            case 2: .run(run: try reader.read(), program: try reader.readProgram())
            case 3: .inspect(handles: try reader.readWords())
            case 4: .park
            case 5: .powerOff
            default: throw .unknown(what: "message of the host", number: kind)
            }
        try reader.finish()
        return message
    }
}
