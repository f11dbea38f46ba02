import ControlProtocol
import IPsec

/// What is asked of the kernel to keep the mirror true, and when: the registration, dumps, audits.
struct Upkeep: Sendable {
    /// An audit dump follows this many nanoseconds after the last one.
    private static let auditInterval: UInt64 = 600 * 1_000_000_000
    /// After a refused dump the kernel is asked again after this many nanoseconds.
    private static let retryInterval: UInt64 = 10 * 1_000_000_000

    private var traits: KernelTraits
    private var isRegistered = false
    private var dumps = PerDatabase(both: DumpSchedule())
    private var nextAudit: UInt64?
    private var retryAt: UInt64?
    /// When to ask again for what a dump could not tell.
    private var askAgainAt: UInt64?

    /// - Parameter traits: of the kernel interface.
    init(_ traits: KernelTraits) {
        self.traits = traits
        dumps.forEach { $0.want() }
    }

    /// The kernel is spoken to by another interface: all is to be told by that.
    mutating func move(to traits: KernelTraits) {
        self.traits = traits
        isRegistered = false
        (retryAt, askAgainAt) = (nil, nil)
        dumps.forEach { $0.forget() }
    }

    /// Whether both databases have been read, as far as the kernel tells them.
    var isUsable: Bool { dumps.allSatisfy(\.isUsable) }

    /// With what the dump of a database broke off, if the mirror lacks entries for that.
    func gap(in database: DatabaseName) -> KernelErrno? { dumps[database].gap }

    /// Whether the dump of a ticket, or a later one, has begun.
    func hasBegun(_ ticket: Int, of database: DatabaseName) -> Bool { dumps[database].hasBegun(ticket) }

    /// Whether the dump of a ticket, or a later one, is over.
    func isOver(_ ticket: Int, of database: DatabaseName) -> Bool { dumps[database].isOver(ticket) }

    /// Wants a dump that begins after now, and returns its ticket.
    @discardableResult
    mutating func want(_ database: DatabaseName) -> Int { dumps[database].want() }

    /// Wants a recent dump, and returns its ticket.
    mutating func wantRecent(_ database: DatabaseName, _ recency: DumpRecency, at now: UInt64) -> Int {
        dumps[database].wantRecent(recency, at: now)
    }

    /// The ticket of the last dump, which is over.
    func lastTicket(of database: DatabaseName) -> Int { dumps[database].last }

    /// How long ago a database was read, in nanoseconds.
    func age(of database: DatabaseName, at now: UInt64) -> UInt64 { dumps[database].age(at: now) }

    /// The kernel has said what contradicts the mirror.
    ///
    /// - Returns: the ticket of the dump that tells.
    mutating func read(again database: DatabaseName) -> Int {
        dumps[database].isAudit = false
        return dumps[database].want()
    }

    /// News may have been lost: both databases are read again.
    mutating func mistrust() {
        // Whatever is found now may have been lost: that is no fault.
        dumps.forEach {
            $0.isAudit = false
            $0.isMistrusted = true
            $0.want()
        }
    }

    /// Whether something is to be asked.
    var isDue: Bool {
        retryAt == nil && (!isRegistered || DatabaseName.allCases.contains { dumps[$0].isDue })
    }

    /// What is to be asked next; a dump that it gives has begun.
    mutating func next(at now: UInt64) -> (KernelRequest, Requester)? {
        guard retryAt == nil else { return nil }
        if !isRegistered { return (.subscribe, .registration) }
        // In turns, however often one of them is wanted.
        let due = DatabaseName.allCases.filter { dumps[$0].isDue }
        guard let database = due.min(by: { dumps[$0].beganAt < dumps[$1].beganAt }) else { return nil }
        dumps[database].begin(at: now)
        return (database.dumpRequest, .dump(database))
    }

    /// What ends and what is missing will be told, or not. Through PF_KEY being told also makes the kernel create a larval
    /// SA for traffic that finds none; those are shown, never managed, and leave after 30 seconds.
    mutating func registered(_ outcome: Outcome, _ out: inout Outbox) {
        isRegistered = true
        switch outcome {
        case .done, .curtailed, .refused(.exists, _): break
        case .refused(let errno, _):
            out.log(
                .error, "the kernel refuses to register setkeyd, so expired lifetimes will not be noticed: \(errno)",
                .kernelFailure)
        case .lost, .unsent:
            out.log(
                .error, "the kernel did not answer REGISTER, so expired lifetimes may not be noticed", .kernelFailure)
        }
    }

    // MARK: The end of a dump

    mutating func dumpEnded(
        _ database: DatabaseName, _ outcome: Outcome, _ mirror: inout Mirror,
        _ developments: inout Developments, _ out: inout Outbox
    ) {
        switch outcome {
        case .done, .curtailed: return endDump(of: database, &mirror, &developments, &out)
        case .refused(let errno, _) where errno.breaksOffDump: breakOffDump(of: database, errno, &mirror, &out)
        case .refused(let errno, _): developments.append(failDump(of: database, errno, &mirror, &out))
        case .lost, .unsent: developments.append(failDump(of: database, .timedOut, &mirror, &out))
        }
        caughtUp(&developments, &out)
    }

    private mutating func caughtUp(_ developments: inout Developments, _ out: inout Outbox) {
        nextAudit = out.now.monotonic &+ Self.auditInterval
        out.rearm()
        developments.append(.caughtUp)
    }

    /// Goes on with the end of dumps that take more than a turn of the loop.
    mutating func turnCame(
        _ mirror: inout Mirror, _ developments: inout Developments, _ out: inout Outbox
    ) {
        for database in DatabaseName.allCases where dumps[database].isEnding {
            endDump(of: database, &mirror, &developments, &out)
        }
    }

    private mutating func endDump(
        of database: DatabaseName, _ mirror: inout Mirror, _ developments: inout Developments,
        _ out: inout Outbox
    ) {
        var outlived = OutlivedEntries(associations: [], policies: [])
        let end = mirror.endDump(of: database, isComplete: true, Daemon.slice, outlived: &outlived)
        for association in outlived.associations { developments.append(.outlived(association)) }
        for policy in outlived.policies { developments.append(.policyOutlived(policy)) }
        var corrections: Int?
        switch end {
        case .goesOn:
            dumps[database].isEnding = true
            return out.askTurn()
        case .worthless(let remains, let count): out.discard(remains, size: count)
        case .complete(let found):
            corrections = found
            if gap(in: database) != nil {
                out.log(.notice, "the kernel lists its \(database.acronym) completely again")
            }
        }
        let (isAudit, isMistrusted) = (dumps[database].isAudit, dumps[database].isMistrusted)
        dumps[database].end(isComplete: corrections != nil, at: out.now.monotonic)
        let corrected = corrections ?? 0
        out.discard(size: corrected)
        if corrected > 0 || isAudit || isMistrusted { developments.append(.doubted) }
        if isAudit, corrected > 0 {
            out.log(
                .error,
                "audit: the mirror had \(corrected) wrong \(database.rawValue) although no message was lost; "
                    + "it is correct again, but this is a bug in setkeyd: please report it")
        }
        caughtUp(&developments, &out)
    }

    private func abandonDump(of database: DatabaseName, _ mirror: inout Mirror, _ out: inout Outbox) {
        var outlived = OutlivedEntries(associations: [], policies: [])
        if case .worthless(let remains, let count) = mirror.endDump(
            of: database, isComplete: false, 0, outlived: &outlived)
        {
            out.discard(remains, size: count)
        }
    }

    /// Nothing is taken for gone; whoever waits is told, and the kernel is asked again later.
    private mutating func failDump(
        of database: DatabaseName, _ errno: KernelErrno, _ mirror: inout Mirror, _ out: inout Outbox
    ) -> KernelDesk.Development {
        abandonDump(of: database, &mirror, &out)
        dumps[database].fail()
        let why = "cannot read the \(database.acronym) from the kernel: \(errno)"
        out.log(.error, "\(why); trying again in 10 s", .kernelFailure, [LogField(.errno, errno.rawValue)])
        retryAt = out.now.monotonic &+ Self.retryInterval
        return .unreadable(database, errno, why: why)
    }

    /// The kernel has told what it can, and asking again at once would not bring more: what the file declares is applied
    /// all the same. Nothing is taken for gone.
    private mutating func breakOffDump(
        of database: DatabaseName, _ errno: KernelErrno, _ mirror: inout Mirror, _ out: inout Outbox
    ) {
        if gap(in: database) == nil {
            out.log(
                .error,
                "\(database.gapText(errno, traits)). What the file declares is applied all the same; foreign "
                    + "\(database.plural) are not all known, and \(database.plural) that are no longer declared may "
                    + "stay. Asking again every 10 s",
                .kernelFailure, [LogField(.errno, errno.rawValue)])
        }
        abandonDump(of: database, &mirror, &out)
        dumps[database].breakOff(errno, at: out.now.monotonic)
        // What a later dump finds was not ours to see before.
        dumps[database].isAudit = false
        dumps[database].isMistrusted = true
        askAgainAt = out.now.monotonic &+ Self.retryInterval
        out.tellStatus()
    }

    // MARK: Time

    /// When something is due, on the monotonic clock.
    var deadlines: [UInt64] { [nextAudit, retryAt, askAgainAt].compactMap { $0 } }

    /// Begins what is due.
    mutating func wake(at now: UInt64) {
        if let retry = retryAt, retry <= now {
            retryAt = nil
            mistrust()
        }
        if let moment = askAgainAt, moment <= now {
            askAgainAt = nil
            dumps.forEach { if $0.gap != nil { $0.want() } }
        }
        if let audit = nextAudit, audit <= now {
            nextAudit = now &+ Self.auditInterval
            mistrust()
            dumps.forEach { $0.isAudit = true }
        }
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

    /// What ip-xfrm(8) calls an entry.
    private var xfrmObject: String { self == .associations ? "state" : "policy" }

    /// Says that a dump of it broke off with `errno`, and where to look.
    func gapText(_ errno: KernelErrno, _ traits: KernelTraits) -> String {
        """
        the kernel cannot list its \(acronym) completely (\(errno.name)): it breaks off at an entry that \
        \(traits.name) cannot express; look for it with 'ip xfrm \(xfrmObject)'
        """
    }
}
