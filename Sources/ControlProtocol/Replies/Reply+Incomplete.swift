extension Reply {
    /// Why the kernel does not tell all of a database, in the last part of a dump of it.
    package var incomplete: String? {
        switch self {
        case .associations(let reply): reply.incomplete
        case .policies(let reply): reply.incomplete
        case .render(let reply): reply.incomplete
        default: nil
        }
    }

    /// Notes in a part of a dump that it is incomplete.
    package mutating func note(incomplete reason: String) {
        switch self {
        case .associations(var reply):
            reply.incomplete = reason
            self = .associations(reply)
        case .policies(var reply):
            reply.incomplete = reason
            self = .policies(reply)
        case .render(var reply):
            reply.incomplete = reason
            self = .render(reply)
        default: break
        }
    }
}
