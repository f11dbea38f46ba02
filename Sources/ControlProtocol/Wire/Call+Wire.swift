extension Call {
    /// Appends the call as a frame, its NUL included.
    package func appendFrame(more: Bool = false, oneway: Bool = false, to bytes: inout [UInt8]) throws(FrameError) {
        func append(_ parameters: some Encodable) throws(FrameError) {
            let envelope = CallEnvelope(
                method: method.qualifiedName, parameters: parameters, more: more ? true : nil,
                oneway: oneway ? true : nil)
            try bytes.append(frame: envelope)
        }
        switch self {
        case .execute(let parameters): try append(parameters)
        case .listAssociations(let parameters): try append(parameters)
        case .listPolicies(let parameters): try append(parameters)
        case .render(let parameters): try append(parameters)
        case .flush(let parameters): try append(parameters)
        case .monitor(let parameters): try append(parameters)
        case .reload(let parameters), .turnOff(let parameters), .turnOn(let parameters): try append(parameters)
        case .plan(let parameters): try append(parameters)
        case .explain(let parameters): try append(parameters)
        case .metrics(let parameters): try append(parameters)
        case .confirm, .revert, .schedule, .diagnose, .status, .traits: try append(NoParameters())
        }
    }
}
