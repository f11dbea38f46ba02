import FoundationEssentials

/// A call on the wire.
struct CallEnvelope<Parameters: Encodable>: Encodable {
    var method: String
    var parameters: Parameters
    var more: Bool?
    var oneway: Bool?
}

/// A reply on the wire.
struct ReplyEnvelope<Parameters: Encodable>: Encodable {
    var parameters: Parameters
    var continues: Bool?
}

/// An error on the wire.
struct ErrorEnvelope<Parameters: Encodable>: Encodable {
    var error: String
    var parameters: Parameters
}

/// The parameters of what has none.
struct NoParameters: Codable {}

extension [UInt8] {
    /// Appends `value` as JSON and the NUL that ends a frame.
    mutating func append(frame value: some Encodable) throws(FrameError) {
        append(contentsOf: try Self.json(value))
        append(0)
    }

    /// Appends the frame of `value`, in which `field` is an empty string, with `text` in its place.
    mutating func append(frame value: some Encodable, field: String, text: WireText) throws(FrameError) {
        let json = try Self.json(value)
        // Inside a string the quotes would be escaped, so this is the member and nothing else.
        guard let member = json.firstRange(of: Array("\"\(field)\":\"\"".utf8)) else {
            throw .malformed(reason: "the text's place was not found")
        }
        append(contentsOf: json[..<(member.upperBound - 1)])
        append(escapedForJSON: text.bytes)
        append(contentsOf: json[(member.upperBound - 1)...])
        append(0)
    }

    private static func json(_ value: some Encodable) throws(FrameError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .malformed(reason: "a value that JSON cannot hold")
        }
    }
}
