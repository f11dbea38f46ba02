extension Call {
    /// Appends the call as a frame, its NUL included.
    package func appendFrame(more: Bool = false, oneway: Bool = false, to bytes: inout [UInt8]) throws(FrameError) {
        var frame = OutgoingCall(method: method.qualifiedName, more: more, oneway: oneway, bytes: bytes)
        bytes = []
        defer { bytes = frame.bytes }
        switch self {
        case .execute(let parameters): try frame.append(bulk: parameters)
        case .listAssociations(let parameters): try frame.append(parameters)
        case .listPolicies(let parameters): try frame.append(parameters)
        case .render(let parameters): try frame.append(parameters)
        case .flush(let parameters): try frame.append(parameters)
        case .monitor(let parameters): try frame.append(parameters)
        case .reload(let parameters): try frame.append(parameters)
        case .plan(let parameters): try frame.append(bulk: parameters)
        case .confirm, .revert, .status, .traits: try frame.append(NoParameters())
        }
    }
}

/// A call on its way into bytes.
private struct OutgoingCall {
    var method: String
    var more: Bool
    var oneway: Bool
    var bytes: [UInt8]

    mutating func append(_ parameters: some Encodable) throws(FrameError) {
        try bytes.append(frame: envelope(parameters))
    }

    mutating func append<Parameters: BulkText>(bulk parameters: Parameters) throws(FrameError) {
        guard let text = parameters.bulkText else { return try append(parameters) }
        var light = parameters
        light.bulkText = ""
        try bytes.append(frame: envelope(light), field: Parameters.bulkField, text: text)
    }

    private func envelope<Parameters: Encodable>(_ parameters: Parameters) -> CallEnvelope<Parameters> {
        CallEnvelope(
            method: method, parameters: parameters, more: more ? true : nil, oneway: oneway ? true : nil)
    }
}
