extension Reply {
    /// Appends the reply as a frame, its NUL included.
    ///
    /// - Parameter continues: Whether further replies to the same call follow.
    package func appendFrame(continues: Bool = false, to bytes: inout [UInt8]) throws(FrameError) {
        switch self {
        case .execute(let reply): try bytes.append(reply: reply, continues)
        case .associations(let reply): try bytes.append(reply: reply, continues)
        case .policies(let reply): try bytes.append(reply: reply, continues)
        case .render(let reply): try bytes.append(reply: reply, continues)
        case .flushed, .confirmed: try bytes.append(reply: NoParameters(), continues)
        case .monitor(let reply): try bytes.append(reply: reply, continues)
        case .reload(let reply): try bytes.append(reply: reply, continues)
        case .plan(let reply): try bytes.append(reply: reply, continues)
        case .schedule(let reply): try bytes.append(reply: reply, continues)
        case .explain(let reply): try bytes.append(reply: reply, continues)
        case .diagnose(let reply): try bytes.append(reply: reply, continues)
        case .metrics(let reply): try bytes.append(reply: reply, continues)
        case .status(let reply): try bytes.append(reply: reply, continues)
        case .traits(let reply): try bytes.append(reply: reply, continues)
        }
    }
}

extension ServiceReply {
    /// Appends the reply as a frame, its NUL included.
    package func appendFrame(to bytes: inout [UInt8]) throws(FrameError) {
        switch self {
        case .info(let info): try bytes.append(reply: info, false)
        case .description(let text): try bytes.append(reply: ServiceDescription(description: text), false)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(reply: some Encodable, _ continues: Bool) throws(FrameError) {
        try append(frame: ReplyEnvelope(parameters: reply, continues: continues ? true : nil))
    }
}
