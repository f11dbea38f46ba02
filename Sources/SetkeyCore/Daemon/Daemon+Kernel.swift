import ControlProtocol
import IPsec

// What the kernel says, and what is asked of it to keep the mirror true.

/// SAs that an event spoke of without telling their state; each is read again once.
struct Refreshes: Sendable {
    private var queue: [SAReference] = []
    private var head = 0
    private var waiting: Set<SAIdentity> = []

    var isEmpty: Bool { head == queue.count }

    mutating func append(_ reference: SAReference) {
        if waiting.insert(reference.identity).inserted { queue.append(reference) }
    }

    mutating func next() -> SAReference? {
        guard head < queue.count else { return nil }
        let reference = queue[head]
        head += 1
        waiting.remove(reference.identity)
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        }
        return reference
    }
}

/// When policies with a lifetime should be gone: the kernel does not tell (KERNEL-FACTS 0.4).
struct PolicyExpiries: Sendable {
    /// Wall-clock seconds by policy.
    private var deadlines: [PolicyIdentity: Int] = [:]

    /// The earliest deadline.
    var earliest: Int? { deadlines.values.min() }

    /// Takes the limits of a policy over; one second is added because the kernel counts whole ones.
    mutating func note(_ policy: SecurityPolicy) {
        let hard = policy.limits.hard
        var deadline: Int?
        if hard.addTime > 0 { deadline = sum(policy.current.addTime, hard.addTime) }
        if hard.useTime > 0, policy.current.useTime > 0 {
            deadline = min(deadline ?? .max, sum(policy.current.useTime, hard.useTime))
        }
        deadlines[policy.identity] = deadline
    }

    mutating func forget(_ identity: PolicyIdentity) {
        deadlines[identity] = nil
    }

    /// A policy whose deadline is over; it is asked for again only after `patience` more seconds.
    mutating func due(at seconds: Int, patience: Int) -> PolicyIdentity? {
        guard let (identity, _) = deadlines.first(where: { $0.value < seconds }) else { return nil }
        deadlines[identity] = seconds + patience
        return identity
    }

    private func sum(_ a: UInt64, _ b: UInt64) -> Int {
        let (seconds, overflows) = a.addingReportingOverflow(b)
        return overflows ? .max : Int(clamping: seconds)
    }
}

extension Daemon {
    /// An audit dump follows this many nanoseconds after the last one.
    private static var auditInterval: UInt64 { 600 * 1_000_000_000 }
    /// After a refused dump the kernel is asked again after this many nanoseconds.
    private static var retryInterval: UInt64 { 10 * 1_000_000_000 }

    // MARK: Events

    /// One message of the kernel has come.
    mutating func heard(_ event: KernelEvent) {
        switch mirror.apply(event.content) {
        case .nothing: break
        case .get(let reference): refreshes.append(reference)
        case .dumpAgain: wantDumps()
        }
        noteExpiry(event.content)
        if !audiences.isEmpty { tellMonitors(event) }
        noteUnsettling(event.content)
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
            log(.error, "\(message); asking the kernel again")
            wantDumps()
            return
        }
        guard event.origin.request == nil, let news = event.content.news else { return }
        guard newsThrottle.admit(at: now) else { return }
        let held = newsThrottle.takeSuppressed()
        if held > 0 { log(.notice, "\(held) kernel events were not logged one by one") }
        let author = event.origin.processID == 0 ? "" : " (by process \(event.origin.processID))"
        log(event.content.priority, news.phrase + author)
    }

    private mutating func tellMonitors(_ event: KernelEvent) {
        guard let (kind, phrase) = event.content.monitored else { return }
        for (audience, clients) in audiences {
            var reply = MonitorReply(event: kind, seconds: now.seconds, microseconds: now.microseconds)
            reply.pid = Int(event.origin.processID)
            reply.summary = phrase
            reply.association = event.content.association.map {
                AssociationRecord($0, showKeys: audience.showKeys == true)
            }
            reply.policy = event.content.policy.map { PolicyRecord($0) }
            effects.append(.tell(clients, reply, raw: audience.raw == true, showKeys: audience.showKeys == true))
        }
    }

    /// Kernel messages may have been lost: only dumps tell what is.
    mutating func overrun() {
        overruns += 1
        log(.warning, "kernel messages overran the socket and may be lost; reading SAD and SPD again")
        for clients in audiences.values {
            var reply = MonitorReply(event: "overrun", seconds: now.seconds, microseconds: now.microseconds)
            reply.summary = "kernel messages may have been lost"
            effects.append(.tell(clients, reply, raw: false, showKeys: false))
        }
        wantDumps()
    }

    mutating func wantDumps() {
        associationDumps.want()
        policyDumps.want()
    }

    // MARK: Flights

    /// The kernel answers inside `send`: what has not come when the socket is empty was lost. No reply does not mean
    /// not done, so the request is sent once more, and "exists already" then counts as done.
    mutating func kernelIsDrained() {
        guard let flight = conversation.endLost() else { return }
        // An answer is news too, and this one has not reached the mirror.
        if !flight.isDump { wantDumps() }
        if flight.isRepeated {
            ended(flight, .lost)
        } else {
            repeatRequest(flight)
        }
    }

    private mutating func repeatRequest(_ flight: Conversation.Flight) {
        switch flight.requester {
        case .associationDump: mirror.beginAssociationDump()
        case .policyDump: mirror.beginPolicyDump()
        default: break
        }
        send(flight.request, for: flight.requester, isRepeated: true)
    }

    private mutating func ended(_ flight: Conversation.Flight, _ outcome: Outcome) {
        switch flight.requester {
        case .registration: registrationEnded(outcome)
        case .associationDump: associationDumpEnded(outcome)
        case .policyDump: policyDumpEnded(outcome)
        case .refresh: refreshEnded(flight.request, outcome)
        case .expiryCheck(let identity): expiryCheckEnded(identity, outcome)
        case .application: applicationStepEnded(flight.request, outcome)
        case .run(let client): runStepEnded(client, flight.request, outcome)
        case .flush(let client): flushEnded(client, flight.request, outcome)
        }
    }

    // MARK: The mirror's own requests

    mutating func nextRefresh() -> (KernelRequest, Requester)? {
        if let reference = refreshes.next() { return (.get(reference), .refresh(reference)) }
        guard let identity = expiries.due(at: now.seconds, patience: 30) else { return nil }
        guard let index = mirror.policies[identity]?.index else {
            expiries.forget(identity)
            return nil
        }
        return (.getPolicy(index), .expiryCheck(identity))
    }

    mutating func nextSynchronization() -> (KernelRequest, Requester)? {
        guard retryAt == nil else { return nil }
        if !isRegistered { return (.register(.esp), .registration) }
        if associationDumps.isDue {
            associationDumps.begin()
            mirror.beginAssociationDump()
            return (.dump(nil), .associationDump)
        }
        guard policyDumps.isDue else { return nil }
        policyDumps.begin()
        mirror.beginPolicyDump()
        return (.dumpPolicies, .policyDump)
    }

    /// Registering one SA type brings EXPIRE and ACQUIRE of all (KERNEL-FACTS 1.2). It also makes the kernel create a
    /// larval SA for traffic that finds none; those are shown, never managed, and leave after 30 seconds.
    private mutating func registrationEnded(_ outcome: Outcome) {
        isRegistered = true
        switch outcome {
        case .done, .refused(.exists): break
        case .refused(let errno):
            log(.error, "the kernel does not register us, so lifetimes will expire unseen: \(errno)")
        case .lost:
            log(.error, "the kernel did not answer REGISTER, so lifetimes may expire unseen")
        }
    }

    private mutating func associationDumpEnded(_ outcome: Outcome) {
        switch outcome {
        case .done:
            let isComplete = mirror.endAssociationDump(complete: true)
            associationDumps.end(isComplete: isComplete)
        case .refused(let errno):
            _ = mirror.endAssociationDump(complete: false)
            associationDumps.fail()
            dumpFailed(.associations, errno)
        case .lost:
            _ = mirror.endAssociationDump(complete: false)
            associationDumps.fail()
            dumpFailed(.associations, .timedOut)
        }
        dumpsMayBeComplete()
    }

    private mutating func policyDumpEnded(_ outcome: Outcome) {
        switch outcome {
        case .done:
            let isComplete = mirror.endPolicyDump(complete: true)
            policyDumps.end(isComplete: isComplete)
        case .refused(let errno):
            _ = mirror.endPolicyDump(complete: false)
            policyDumps.fail()
            dumpFailed(.policies, errno)
        case .lost:
            _ = mirror.endPolicyDump(complete: false)
            policyDumps.fail()
            dumpFailed(.policies, .timedOut)
        }
        dumpsMayBeComplete()
    }

    private mutating func dumpFailed(_ database: DatabaseName, _ errno: KernelErrno) {
        let name = database == .associations ? "SAD" : "SPD"
        log(.error, "the kernel does not tell its \(name): \(errno); trying again in 10 s")
        failStreams(of: database, errno)
        retryAt = now.monotonic &+ Self.retryInterval
        reportReadyUnsettled("the kernel does not tell its \(name): \(errno)")
        arm()
    }

    private mutating func dumpsMayBeComplete() {
        nextAudit = now.monotonic &+ Self.auditInterval
        arm()
        feedStreams()
        settleIfPossible()
    }

    private mutating func refreshEnded(_ request: KernelRequest, _ outcome: Outcome) {
        switch outcome {
        case .done: settleIfPossible()
        case .refused, .lost: associationDumps.want()
        }
    }

    private mutating func expiryCheckEnded(_ identity: PolicyIdentity, _ outcome: Outcome) {
        switch outcome {
        case .refused(.noEntry):
            mirror.policyIsGone(identity)
            expiries.forget(identity)
            log(.notice, "policy lifetime expired: \(identity.phrase)")
        case .done, .refused, .lost: break
        }
        arm()
    }

    // MARK: Time

    /// Asks to be woken at the next moment that matters.
    mutating func arm() {
        var deadlines = [nextAudit, retryAt].compactMap { $0 }
        if let earliest = expiries.earliest {
            let seconds = UInt64(clamping: earliest - now.seconds + 1)
            deadlines.append(now.monotonic &+ min(seconds, 86_400) * 1_000_000_000)
        }
        effects.append(.wake(at: deadlines.min()))
    }

    mutating func wake() {
        if let retry = retryAt, retry <= now.monotonic {
            retryAt = nil
            wantDumps()
        }
        if let audit = nextAudit, audit <= now.monotonic {
            nextAudit = now.monotonic &+ Self.auditInterval
            wantDumps()
        }
        arm()
    }
}

extension KernelEvent.Content {
    /// What monitors are told: news, and the answers that a person at a terminal would look for.
    fileprivate var monitored: (kind: String, phrase: String)? {
        switch self {
        case .dumped, .dumpedPolicy, .dumpEnded: nil
        case .refused(let errno): ("other", "refused: \(errno)")
        case .unreadable(let message): ("other", message.description)
        default: news ?? ("other", "kernel message")
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

    fileprivate var priority: LogEntry.Priority {
        switch self {
        case .expired(_, .hard): .warning
        case .expired, .acquire: .notice
        default: .info
        }
    }
}
