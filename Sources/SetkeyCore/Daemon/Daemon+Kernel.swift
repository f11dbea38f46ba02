import ControlProtocol
import IPsec

// What the kernel says: its events, and the ends of what was asked of it.

extension Daemon {
    // MARK: Events

    /// One message of the kernel has come.
    mutating func heard(_ event: KernelEvent) {
        // Before it is handled: it may end the run that shows it.
        trace(event)
        let event = conversation.attributed(event)
        switch mirror.apply(event.content, isAnswer: event.origin.request != nil) {
        case .nothing: break
        case .get(let reference): refreshes.append(reference)
        case .dumpAgain: wantDumps()
        case .free(let entries, let count): discard(entries, size: count)
        }
        noteExpiry(event.content)
        if !audiences.isEmpty { tellMonitors(event) }
        noteDrift(event)
        logNews(event)
        guard let (flight, outcome) = conversation.end(with: event) else { return }
        if case .lost = outcome, !flight.isRepeated {
            repeatRequest(flight)
        } else {
            ended(flight, outcome)
        }
    }

    private mutating func noteExpiry(_ content: KernelEvent.Content) {
        switch content {
        case .policy(.deleted, let policy): expiries.forget(policy.identity)
        case .policy(_, let policy), .dumpedPolicy(let policy, _):
            if policy.limits.hard != .zero {
                expiries.note(policy)
                arm()
            } else {
                expiries.forget(policy.identity)
            }
        default: break
        }
    }

    private mutating func logNews(_ event: KernelEvent) {
        if case .unreadable(let message) = event.content {
            log(.error, "\(message); asking the kernel again", .kernelFailure, of: .unreadableMessage)
            wantDumps()
            return
        }
        guard event.origin.request == nil, let news = event.content.news else { return }
        if case .acquire(let acquire) = event.content, !acquires.admit(acquire.policy, at: now.monotonic) { return }
        let dueAt = newsThrottle.dueAt
        guard newsThrottle.admit(at: now.monotonic) else {
            if dueAt == nil { arm() }
            return
        }
        let author = event.origin.processID == 0 ? "" : " (by process \(event.origin.processID))"
        log(event.content.priority, news.phrase + author, news.log, event.content.logFields + event.origin.logFields)
    }

    private mutating func tellMonitors(_ event: KernelEvent) {
        guard let (kind, phrase) = event.content.monitored else { return }
        for (audience, clients) in audiences {
            var reply = MonitorReply(event: kind, seconds: now.seconds, microseconds: now.microseconds)
            reply.pid = Int(event.origin.processID)
            reply.expiry = event.content.expiry
            reply.summary = phrase
            reply.association = event.content.association.map {
                AssociationRecord($0, showKeys: audience.showKeys == true)
            }
            reply.policy = event.content.policy.map { PolicyRecord($0) }
            if audience.raw == true, let form = event.message?.form(showKeys: audience.showKeys == true) {
                reply.text = String(decoding: form.text, as: UTF8.self)
                reply.hex = form.digits
            }
            effects.append(.tell(clients, reply))
        }
    }

    /// Kernel messages may have been lost: only dumps tell what is.
    mutating func overrun() {
        overruns += 1
        log(
            .warning, "kernel messages may have been lost (socket overrun); reading SAD and SPD again", .overrun,
            of: .overrun)
        for clients in audiences.values {
            var reply = MonitorReply(event: .overrun, seconds: now.seconds, microseconds: now.microseconds)
            reply.summary = "kernel messages may have been lost"
            effects.append(.tell(clients, reply))
        }
        wantDumps()
    }

    mutating func wantDumps() {
        // Whatever is found now may have been lost: that is no fault.
        dumps.forEach {
            $0.isAudit = false
            $0.isMistrusted = true
            $0.want()
        }
    }

    /// The kernel has said what contradicts the mirror: a dump is wanted.
    ///
    /// - Returns: its ticket.
    mutating func read(again database: DatabaseName) -> Int {
        dumps[database].isAudit = false
        return dumps[database].want()
    }

    // MARK: Flights

    /// The kernel answers inside `send`: what has not come when the socket is empty was lost. No reply does not mean
    /// not done, so the request is sent once more, and "already exists" then counts as done.
    mutating func answerIsLost(_ id: RequestID) {
        guard let flight = conversation.end(id) else { return }
        // An answer is news too, and this one has not reached the mirror.
        if !flight.isDump { wantDumps() }
        if flight.isRepeated {
            ended(flight, .lost)
        } else {
            repeatRequest(flight)
        }
    }

    /// A request was not sent: it is asked as if for the first time.
    mutating func sendAgain(_ id: RequestID) {
        guard let flight = conversation.end(id) else { return }
        send(flight.request, for: flight.requester, isRepeated: flight.isRepeated)
    }

    private mutating func repeatRequest(_ flight: Conversation.Flight) {
        if case .dump(let database) = flight.requester { mirror.beginDump(of: database) }
        send(flight.request, for: flight.requester, isRepeated: true)
    }

    private mutating func ended(_ flight: Conversation.Flight, _ outcome: Outcome) {
        switch flight.requester {
        case .registration: registrationEnded(outcome)
        case .dump(let database): dumpEnded(database, outcome)
        case .refresh: refreshEnded(flight.request, outcome)
        case .expiryCheck(let identity): expiryCheckEnded(identity, outcome)
        case .watchdog: watchdogAnswered(outcome)
        case .application: applicationStepEnded(flight.request, outcome)
        case .run(let client): runStepEnded(client, flight.request, outcome)
        case .flush(let client): flushEnded(client, flight.request, outcome)
        }
    }
}

extension KernelRequest {
    /// The database that it adds to, changes or removes from; `nil` for what only asks.
    var database: DatabaseName? {
        switch self {
        case .add, .reserveSPI, .update, .delete, .flush: .associations
        case .addPolicy, .updatePolicy, .deletePolicy, .flushPolicies: .policies
        case .register, .get, .dump, .getPolicy, .dumpPolicies: nil
        }
    }
}

extension KernelEvent.Content {
    /// What monitors are told: news, and the answers that a person at a terminal would look for.
    fileprivate var monitored: (kind: MonitorEvent, phrase: String)? {
        switch self {
        case .dumped, .dumpedPolicy, .dumpEnded: nil
        case .refused(let errno): (.other, "refused: \(errno)")
        case .unreadable(let message): (.other, message.description)
        default: news.map { ($0.kind, $0.phrase) } ?? (.other, "kernel message")
        }
    }

    fileprivate var expiry: LifetimeExpiry? {
        switch self {
        case .expired(_, .soft): .soft
        case .expired(_, .hard): .hard
        default: nil
        }
    }

    fileprivate var association: SecurityAssociation? {
        switch self {
        case .association(_, let association), .reservedSPI(let association), .expired(let association, _):
            association
        default: nil
        }
    }

    fileprivate var policy: SecurityPolicy? {
        if case .policy(_, let policy) = self { policy } else { nil }
    }

    /// The entry that it is about.
    fileprivate var logFields: [LogField] {
        switch self {
        case .association(_, let association), .expired(let association, _), .reservedSPI(let association):
            association.logFields
        case .policy(_, let policy): policy.logFields
        case .acquire(let acquire):
            [LogField(.source, acquire.source), LogField(.destination, acquire.destination)]
                + (acquire.ipsecProtocol.map { [LogField(.ipsecProtocol, $0.word)] } ?? [])
        case .newMapping(let identity, _): identity.logFields
        default: []
        }
    }

    fileprivate var priority: LogEntry.Priority {
        switch self {
        case .expired(_, .hard): .warning
        case .expired, .acquire: .notice
        default: .info
        }
    }
}

extension KernelEvent.Origin {
    /// Who did it: not us, or it would not be news.
    fileprivate var logFields: [LogField] {
        processID == 0 ? [LogField(.author, "other")] : [LogField(.author, "other"), LogField(.authorPID, processID)]
    }
}
