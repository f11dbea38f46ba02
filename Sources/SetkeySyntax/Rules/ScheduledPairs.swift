import IPsec

/// SAs of a tunnel that follow one another: what receives must be there before the other end sends by it, and stay until
/// that end has stopped, though its clock be wrong by a while.
///
/// Both ends of a tunnel change at the same times, so what this file says of sending is what the other end does, too.
struct ScheduledPairs {
    private typealias Timed = (position: Int, validity: Validity)

    private var lanes: [AssociationLane: [Timed]] = [:]
    /// The lanes in the order of the file.
    private var order: [AssociationLane] = []
    private let whole: DesiredState
    private let clock: RuleClock

    private init(of whole: DesiredState, _ schedule: Schedule, _ clock: RuleClock) {
        self.whole = whole
        self.clock = clock
        for (position, declared) in whole.associations.enumerated() where !declared.entry.isOfGroup {
            let lane = AssociationLane(declared.entry)
            if lanes[lane] == nil { order.append(lane) }
            lanes[lane, default: []].append((position, schedule.validity(ofAssociation: position)))
        }
        lanes = lanes.mapValues { $0.sorted { $0.validity.from < $1.validity.from } }
    }

    /// - Parameter clock: what has passed by it is of no interest; and by how much those of the two ends may differ.
    static func remarks(on whole: DesiredState, _ use: AssociationUse, _ clock: RuleClock) -> [LoadedDiagnostic] {
        guard use.isKnown, let schedule = whole.schedule else { return [] }
        let pairs = ScheduledPairs(of: whole, schedule, clock)
        var remarks = RuleRemarks(of: .shortOverlap)
        let needs = use.outboundNeeds(of: whole)
        let sent = use.associations(serving: needs, in: whole)
        for lane in pairs.order {
            guard let sending = pairs.lanes[lane], let receiving = pairs.lanes[lane.back],
                sending.contains(where: { sent.contains($0.position) }),
                sending.count == receiving.count
            else { continue }
            if receiving.contains(where: { sent.contains($0.position) }) {
                // Policies for both ways: only others say which of them this end sends.
                let end = use.sendingEnd(of: (sending + receiving).map { $0.position }, by: needs, in: whole)
                guard end == .known(whole.associations[sending[0].position].entry.source) else { continue }
            }
            for number in sending.indices { pairs.compare(sending, receiving, number, &remarks) }
        }
        return remarks.diagnostics
    }

    /// The SAs of one generation. The newest sends: the one before has ended for the sender when the next begins.
    private func compare(_ sending: [Timed], _ receiving: [Timed], _ number: Int, _ remarks: inout RuleRemarks) {
        let skew = clock.skew
        let (sender, receiver) = (sending[number].validity, receiving[number].validity)
        let next = number + 1 < sending.count ? sending[number + 1].validity.from : Int.max
        let origin = whole.associations[receiving[number].position].origin
        let name = whole.associations[receiving[number].position].entry.identity
        if receiver.from > clock.now, sender.from == .min || receiver.from > sender.from - skew {
            remarks.add(
                at: origin,
                "\(name) receives from \(CalendarTime(receiver.from)), and the other end sends by it \(time(sender.from))",
                advice: "let it begin \(skew) s earlier than that, by which clocks may differ")
        }
        let end = min(sender.until, next)
        if receiver.until != .max, end == .max || end + skew > max(receiver.until, clock.now) {
            let when = end == .max ? "without an end" : "until \(CalendarTime(end))"
            remarks.add(
                at: origin,
                "\(name) receives until \(CalendarTime(receiver.until)), and the other end sends by it \(when)",
                advice: "let it end \(skew) s later than that, by which clocks may differ")
        }
    }

    private func time(_ from: Int) -> String { from == .min ? "at any time" : "from \(CalendarTime(from))" }
}

/// From which of the two ends of a tunnel packets leave by its SAs: the one that a file is for.
enum SendingEnd: Hashable {
    /// No packet leaves by them.
    case unknown
    /// This one.
    case known(IPAddress)
    /// Packets leave by those of both directions, and nothing says which of these are this end's.
    case both
}

extension AssociationUse {
    /// The needs of packets that leave.
    func outboundNeeds(of state: DesiredState) -> Set<Int> {
        var needs: Set<Int> = []
        for declared in state.policies where declared.entry.identity.direction == .outbound {
            needs.formUnion(self.needs(of: declared.entry))
        }
        return needs
    }

    /// The SAs that serve some needs, by their places.
    func associations(serving needs: Set<Int>, in state: DesiredState) -> Set<Int> {
        Set(
            state.associations.indices.filter { position in
                !self.needs(servedBy: state.associations[position].entry).isDisjoint(with: needs)
            })
    }

    /// The end that packets leave from by the SAs of a tunnel.
    ///
    /// A need that SAs of both directions serve, as that of a policy for a network with both ends in it, says nothing.
    ///
    /// - Parameters:
    ///   - places: of these SAs.
    ///   - needs: those of packets that leave.
    func sendingEnd(of places: [Int], by needs: Set<Int>, in state: DesiredState) -> SendingEnd {
        var sources: [Int: Set<IPAddress>] = [:]
        for place in places {
            let association = state.associations[place].entry
            for need in self.needs(servedBy: association).intersection(needs) {
                sources[need, default: []].insert(association.source)
            }
        }
        guard !sources.isEmpty else { return .unknown }
        let ends = Set(sources.values.filter { $0.count == 1 }.joined())
        guard let end = ends.first, ends.count == 1 else { return .both }
        return .known(end)
    }
}
