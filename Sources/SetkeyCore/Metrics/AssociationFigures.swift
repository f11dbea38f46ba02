import IPsec

/// What the kernel has counted for SAs.
struct TrafficCounts: Hashable, Sendable {
    static let zero = TrafficCounts()

    var bytes: UInt64 = 0
    var packets: UInt64 = 0
    var replayed: UInt64 = 0
    var integrityFailures: UInt64 = 0
    var late: UInt64 = 0

    static func += (left: inout TrafficCounts, right: TrafficCounts) {
        left.bytes &+= right.bytes
        left.packets &+= right.packets
        left.replayed &+= right.replayed
        left.integrityFailures &+= right.integrityFailures
        left.late &+= right.late
    }

    /// What has been counted since; all of it where counting has begun again.
    func growth(since former: TrafficCounts) -> TrafficCounts {
        func growth(_ count: KeyPath<TrafficCounts, UInt64>) -> UInt64 {
            self[keyPath: count] >= former[keyPath: count]
                ? self[keyPath: count] - former[keyPath: count] : self[keyPath: count]
        }
        return TrafficCounts(
            bytes: growth(\.bytes), packets: growth(\.packets), replayed: growth(\.replayed),
            integrityFailures: growth(\.integrityFailures), late: growth(\.late))
    }
}

/// What is left of SAs before they end; `nil` for what has no end, or is not told.
struct Remainder: Hashable, Sendable {
    var softSeconds: UInt64?
    var hardSeconds: UInt64?
    var sequenceNumbers: UInt64?

    /// Of two SAs of one kind: one carries on as long as the other does not.
    func outlasting(_ other: Remainder) -> Remainder {
        func later(_ left: KeyPath<Remainder, UInt64?>) -> UInt64? {
            guard let own = self[keyPath: left], let others = other[keyPath: left] else { return nil }
            return max(own, others)
        }
        return Remainder(
            softSeconds: later(\.softSeconds), hardSeconds: later(\.hardSeconds),
            sequenceNumbers: later(\.sequenceNumbers))
    }

    /// Of two kinds of SAs that are both needed: what ends first.
    func firstEnd(_ other: Remainder) -> Remainder {
        func sooner(_ left: KeyPath<Remainder, UInt64?>) -> UInt64? {
            [self[keyPath: left], other[keyPath: left]].compactMap { $0 }.min()
        }
        return Remainder(
            softSeconds: sooner(\.softSeconds), hardSeconds: sooner(\.hardSeconds),
            sequenceNumbers: sooner(\.sequenceNumbers))
    }
}

/// What figures tell of an SA. Keys are not among it, and so go nowhere with it.
struct AssociationFigures: Sendable {
    let identity: SAIdentity
    let source: IPAddress
    let mode: Mode
    let reqID: ReqID
    let state: SAState
    let owner: EntryOwner
    let purpose: AssociationPurpose
    /// When it was made, in seconds since 1970: another SA of its name is made at another time.
    let created: UInt64
    let counts: TrafficCounts
    let left: Remainder

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - tellsNumbers: whether the kernel interface tells sequence numbers.
    init(_ association: SecurityAssociation, of owner: EntryOwner, at now: UInt64, tellsNumbers: Bool) {
        identity = association.identity
        source = association.source
        mode = association.mode
        reqID = association.reqID
        state = association.state
        self.owner = owner
        purpose = AssociationPurpose(association)
        created = association.current.addTime
        counts = TrafficCounts(
            bytes: association.current.bytes, packets: association.current.allocations,
            replayed: UInt64(association.numbers.replayed), integrityFailures: UInt64(association.numbers.forged),
            late: UInt64(association.numbers.late))
        left = Remainder(
            softSeconds: association.secondsLeft(of: association.limits.soft, at: now),
            hardSeconds: association.secondsLeft(of: association.limits.hard, at: now),
            sequenceNumbers: tellsNumbers ? association.sequenceNumbersLeft : nil)
    }

    /// Whether it carries packets.
    var isInUse: Bool { state == .mature || state == .dying }
}

extension SecurityAssociation {
    /// How long the limits of time leave it, the shorter one; `nil` if there is none, or only one that begins with the
    /// first packet and none has come.
    func secondsLeft(of limit: Lifetime, at now: UInt64) -> UInt64? {
        [(since: current.addTime, limit: limit.addTime), (since: current.useTime, limit: limit.useTime)]
            .filter { $0.limit > 0 && $0.since > 0 }
            .map { $0.limit - min($0.limit, now - min(now, $0.since)) }
            .min()
    }
}
