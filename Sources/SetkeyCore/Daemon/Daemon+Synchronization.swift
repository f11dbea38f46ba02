import ControlProtocol
import IPsec
import SetkeySyntax

// What is asked of the kernel to keep the mirror true, and when.

extension Daemon {
    /// An audit dump follows this many nanoseconds after the last one.
    private static var auditInterval: UInt64 { 600 * 1_000_000_000 }
    /// After a refused dump the kernel is asked again after this many nanoseconds.
    private static var retryInterval: UInt64 { 10 * 1_000_000_000 }

    // MARK: The mirror's own requests

    mutating func nextRefresh() -> (KernelRequest, Requester)? {
        if isWatched {
            isWatched = false
            // There is no policy of this number, and that is an answer.
            return (.getPolicy(PolicyIndex(rawValue: 0)), .watchdog)
        }
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
        guard let database = DatabaseName.allCases.first(where: { dumps[$0].isDue }) else { return nil }
        dumps[database].begin(at: now.monotonic)
        mirror.beginDump(of: database)
        return (database.dumpRequest, .dump(database))
    }

    /// Registering one SA type brings EXPIRE and ACQUIRE of all (kernel-facts 1.2). It also makes the kernel create a
    /// larval SA for traffic that finds none; those are shown, never managed, and leave after 30 seconds.
    mutating func registrationEnded(_ outcome: Outcome) {
        isRegistered = true
        switch outcome {
        case .done, .refused(.exists): break
        case .refused(let errno):
            log(
                .error, "the kernel refuses to register setkeyd, so expired lifetimes will not be noticed: \(errno)",
                .kernelFailure)
        case .lost:
            log(.error, "the kernel did not answer REGISTER, so expired lifetimes may not be noticed", .kernelFailure)
        }
    }

    mutating func dumpEnded(_ database: DatabaseName, _ outcome: Outcome) {
        switch outcome {
        case .done: endDump(of: database)
        case .refused(let errno) where errno.breaksOffDump: dumpBrokeOff(database, errno)
        case .refused(let errno): dumpFailed(database, errno)
        case .lost: dumpFailed(database, .timedOut)
        }
        dumpsMayBeComplete()
    }

    /// A dump does not tell of an SA any more, and nothing told of its end, which was due: its lifetime has ended.
    private mutating func noteOutlived(_ association: SecurityAssociation) {
        let (hard, current) = (association.limits.hard, association.current)
        let isDue = hard.addTime > 0 && Int(clamping: current.addTime &+ hard.addTime) <= now.seconds
        // How many bytes it had carried is not known: an SA is not used beyond its limit.
        if isDue || hard.bytes > 0 { noteEnd(of: association) }
    }

    private mutating func endDump(of database: DatabaseName) {
        let end = mirror.endDump(of: database, isComplete: true)
        if end.isComplete { noteGapIsClosed(in: database) }
        let (isAudit, isMistrusted) = (dumps[database].isAudit, dumps[database].isMistrusted)
        dumps[database].end(isComplete: end.isComplete, at: now.monotonic)
        for association in end.outlived { noteOutlived(association) }
        if end.corrections > 0 || isAudit || isMistrusted { suspectEverything() }
        if isAudit, end.corrections > 0 {
            log(
                .error,
                "audit: the mirror had \(end.corrections) wrong \(database.rawValue) although no message was lost; "
                    + "it is correct again, but this is a bug in setkeyd: please report it")
        }
    }

    /// Nothing is taken for gone; whoever waits is told, and the kernel is asked again later.
    private mutating func dumpFailed(_ database: DatabaseName, _ errno: KernelErrno) {
        _ = mirror.endDump(of: database, isComplete: false)
        dumps[database].fail()
        let why = "cannot read the \(database.acronym) from the kernel: \(errno)"
        log(.error, "\(why); trying again in 10 s", .kernelFailure, [LogField(.errno, errno.rawValue)])
        failStreams(of: database, errno)
        retryAt = now.monotonic &+ Self.retryInterval
        giveUpWaiting(why)
        arm()
    }

    /// The kernel has told what it can, and asking again at once would not bring more: what the file declares is applied
    /// all the same. Nothing is taken for gone.
    private mutating func dumpBrokeOff(_ database: DatabaseName, _ errno: KernelErrno) {
        if gap(in: database) == nil {
            log(
                .error,
                "\(database.gapText(errno)). What the file declares is applied all the same; foreign \(database.plural) are not all known, and \(database.plural) that are no "
                    + "longer declared may stay. Asking again every 10 s",
                .kernelFailure, [LogField(.errno, errno.rawValue)])
        }
        _ = mirror.endDump(of: database, isComplete: false)
        dumps[database].breakOff(errno, at: now.monotonic)
        // What a later dump finds was not ours to see before.
        dumps[database].isAudit = false
        dumps[database].isMistrusted = true
        askAgainAt = now.monotonic &+ Self.retryInterval
        tellStatus()
    }

    private mutating func noteGapIsClosed(in database: DatabaseName) {
        guard gap(in: database) != nil else { return }
        log(.notice, "the kernel lists its \(database.acronym) completely again")
    }

    /// With what the dump of a database broke off, if the mirror lacks entries for that.
    func gap(in database: DatabaseName) -> KernelErrno? { dumps[database].gap }

    /// The databases of which the mirror does not know all entries.
    var incompleteDatabases: [DatabaseName] { DatabaseName.allCases.filter { gap(in: $0) != nil } }

    private mutating func dumpsMayBeComplete() {
        nextAudit = now.monotonic &+ Self.auditInterval
        arm()
        feedStreams()
        advanceTransition()
        continuePlans()
    }

    mutating func watchdogAnswered(_ outcome: Outcome) {
        if case .lost = outcome { return log(.error, "the kernel does not answer", .kernelFailure) }
        effects.append(.alive)
    }

    mutating func refreshEnded(_ request: KernelRequest, _ outcome: Outcome) {
        switch outcome {
        case .done:
            arm()
            advanceTransition()
            continuePlans()
        case .refused, .lost: dumps.associations.want()
        }
    }

    mutating func expiryCheckEnded(_ identity: PolicyIdentity, _ outcome: Outcome) {
        switch outcome {
        case .refused(.noEntry):
            mirror.policies.remove(identity)
            expiries.forget(identity)
            if inForce.policies.contains(identity) {
                drift.suspect(.policy(identity), author: "expired", at: now.monotonic)
            }
            log(.notice, "policy lifetime expired: \(identity.phrase)", .policyDeleted, identity.logFields)
        case .done, .refused, .lost: break
        }
        arm()
    }

    // MARK: Time

    /// Asks to be woken at the next moment that matters.
    mutating func arm() {
        var deadlines = [nextAudit, retryAt, askAgainAt, confirmation?.deadline, causes.dueAt, newsThrottle.dueAt]
            .compactMap { $0 }
        // What a transition or a refresh holds up, their ends begin.
        if transition.isIdle, refreshes.isEmpty, !isRefreshing, let moment = drift.checkAt { deadlines.append(moment) }
        if let earliest = expiries.earliest {
            let seconds = UInt64(clamping: earliest - now.seconds + 1)
            deadlines.append(now.monotonic &+ min(seconds, 86_400) * 1_000_000_000)
        }
        effects.append(.wake(at: deadlines.min()))
    }

    mutating func wake() {
        tellHeldLines()
        if let retry = retryAt, retry <= now.monotonic {
            retryAt = nil
            wantDumps()
        }
        if let moment = askAgainAt, moment <= now.monotonic {
            askAgainAt = nil
            dumps.forEach { if $0.gap != nil { $0.want() } }
        }
        if let audit = nextAudit, audit <= now.monotonic {
            nextAudit = now.monotonic &+ Self.auditInterval
            wantDumps()
            dumps.forEach { $0.isAudit = true }
        }
        if let confirmation, confirmation.deadline <= now.monotonic { confirmationIsOver() }
        beginTransition()
        arm()
    }
}

extension KernelErrno {
    /// Whether a dump that ends with it has come to an entry that cannot be told, or not be read (kernel-facts 3.2).
    /// Any other errno says that the kernel cannot be asked now.
    fileprivate var breaksOffDump: Bool { self == .invalidArgument || self == .inputOutputError }
}

extension DatabaseName {
    /// Asks for all of it.
    var dumpRequest: KernelRequest { self == .associations ? .dump(nil) : .dumpPolicies }

    /// As RFC 4301 calls it.
    var acronym: String { self == .associations ? "SAD" : "SPD" }

    /// What is in it.
    fileprivate var plural: String { self == .associations ? "SAs" : "policies" }

    /// What ip-xfrm(8) calls an entry.
    private var xfrmObject: String { self == .associations ? "state" : "policy" }

    /// Says that a dump of it broke off with `errno`, and where to look.
    func gapText(_ errno: KernelErrno) -> String {
        """
        the kernel cannot list its \(acronym) completely (\(errno.name)): it breaks off at an entry that PF_KEY cannot \
        express; look for it with 'ip xfrm \(xfrmObject)'
        """
    }
}
