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
package struct NoParameters: Codable {
    package init() {}
}

extension [UInt8] {
    /// Appends `value` as JSON and the NUL that ends a frame, or throws and appends nothing.
    mutating func append(frame value: some Encodable) throws(FrameError) {
        do {
            try append(json: value)
        } catch {
            throw .malformed(reason: "a value that JSON cannot hold")
        }
        append(0)
    }
}
