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
        let sent = use.outboundAssociations(of: whole)
        for lane in pairs.order {
            guard let sending = pairs.lanes[lane], let receiving = pairs.lanes[lane.back],
                sending.contains(where: { sent.contains($0.position) }),
                sending.count == receiving.count
            else { continue }
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

extension AssociationUse {
    /// The SAs that packets leave by, by their places.
    func outboundAssociations(of state: DesiredState) -> Set<Int> {
        var needs: Set<Int> = []
        for declared in state.policies where declared.entry.identity.direction == .outbound {
            needs.formUnion(self.needs(of: declared.entry))
        }
        return Set(
            state.associations.indices.filter { position in
                !self.needs(servedBy: state.associations[position].entry).isDisjoint(with: needs)
            })
    }
}
