import ControlProtocol
import IPsec

extension KernelEvent.Content {
    /// What monitors are told: news, and the answers that a person at a terminal would look for.
    var monitored: (kind: MonitorEvent, phrase: String)? {
        switch self {
        case .dumped, .dumpedPolicy, .dumpEnded: nil
        case .refused(let errno): (.other, "refused: \(errno)")
        case .unreadable(let message): (.other, message.description)
        default: news.map { ($0.kind, $0.phrase) } ?? (.other, "kernel message")
        }
    }

    var expiry: LifetimeExpiry? {
        switch self {
        case .expired(_, let hardness), .policyExpired(_, let hardness): hardness == .hard ? .hard : .soft
        default: nil
        }
    }

    var association: SecurityAssociation? {
        switch self {
        case .association(_, let association), .reservedSPI(let association), .expired(let association, _):
            association
        default: nil
        }
    }

    var policy: SecurityPolicy? {
        switch self {
        case .policy(_, let policy), .policyExpired(let policy, _): policy
        default: nil
        }
    }

    /// The entry that it is about.
    var logFields: [LogField] {
        switch self {
        case .association(_, let association), .expired(let association, _), .reservedSPI(let association):
            association.logFields
        case .policy(_, let policy), .policyExpired(let policy, _): policy.logFields
        case .acquire(let acquire):
            [LogField(.source, acquire.source), LogField(.destination, acquire.destination)]
                + (acquire.ipsecProtocol.map { [LogField(.ipsecProtocol, $0.word)] } ?? [])
        case .newMapping(let identity, _): identity.logFields
        default: []
        }
    }

    var priority: LogEntry.Priority {
        switch self {
        case .expired(_, .hard), .policyExpired(_, .hard): .warning
        case .expired, .policyExpired, .acquire: .notice
        default: .info
        }
    }
}

extension KernelEvent.Origin {
    /// Who did it: not us, or it would not be news.
    var logFields: [LogField] {
        processID == 0 ? [LogField(.author, "other")] : [LogField(.author, "other"), LogField(.authorPID, processID)]
    }
}
