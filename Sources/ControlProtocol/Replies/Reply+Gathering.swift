// A caller who did not say `more` gets one reply: the parts, put together.

extension Reply {
    /// Adds `next`, a later reply to the same call.
    package mutating func append(_ next: Reply) {
        switch (self, next) {
        case (.execute(var whole), .execute(let part)):
            whole.append(part)
            self = .execute(whole)
        case (.associations(var whole), .associations(let part)):
            whole.associations += part.associations
            whole.incomplete = part.incomplete
            whole.time = part.time
            self = .associations(whole)
        case (.policies(var whole), .policies(let part)):
            whole.policies += part.policies
            whole.incomplete = part.incomplete
            self = .policies(whole)
        case (.plan(var whole), .plan(let part)):
            whole.steps += part.steps
            whole.warnings = whole.warnings ?? part.warnings
            self = .plan(whole)
        case (.render(var whole), .render(let part)):
            whole.text.append(part.text)
            whole.incomplete = part.incomplete
            self = .render(whole)
        case (.metrics(var whole), .metrics(let part)):
            whole.text.append(part.text)
            self = .metrics(whole)
        default:
            self = next
        }
    }

    /// About how many bytes the reply holds, for keeping a gathered one within bounds.
    package var approximateByteCount: Int {
        switch self {
        case .execute(let reply):
            256 * ((reply.failures?.count ?? 0) + (reply.warnings?.count ?? 0))
                + 1024 * ((reply.associations?.count ?? 0) + (reply.policies?.count ?? 0))
                + (reply.output?.approximateByteCount ?? 0)
                + (reply.messages?.approximateByteCount ?? 0)
        case .associations(let reply): 1024 * reply.associations.count
        case .policies(let reply): 1024 * reply.policies.count
        case .render(let reply): reply.text.approximateByteCount
        case .metrics(let reply): reply.text.approximateByteCount
        case .plan(let reply): 512 * reply.steps.count
        case .flushed, .monitor, .reload, .confirmed, .status, .traits: 1024
        case .schedule(let reply): 512 * reply.changes.count
        case .explain: 65_536
        case .diagnose(let reply): 1024 * reply.findings.count
        }
    }
}

extension ExecuteReply {
    /// Adds `next`, a later reply to the same call.
    package mutating func append(_ next: ExecuteReply) {
        executed = next.executed
        if let more = next.failures { failures = (failures ?? []) + more }
        if let more = next.warnings { warnings = (warnings ?? []) + more }
        output.append(next.output)
        if let more = next.associations { associations = (associations ?? []) + more }
        if let more = next.policies { policies = (policies ?? []) + more }
        messages.append(next.messages)
        undone = next.undone ?? undone
        ended = next.ended ?? ended
    }
}

extension WireText? {
    fileprivate mutating func append(_ next: WireText?) {
        guard let next else { return }
        if self?.append(next) == nil { self = next }
    }
}
