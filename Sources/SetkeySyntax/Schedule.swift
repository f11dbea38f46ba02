package import IPsec

/// A declaration that does not hold at all times.
package struct TimedDeclaration<Entry: Sendable>: Sendable {
    /// What it declares, and where.
    package let declared: DesiredState.Declared<Entry>
    /// When it holds.
    package let validity: Validity
}

/// What a file declares beyond the moment: the state at each other one follows from it.
///
/// One reference to what never changes, so that a state costs no more with it.
package final class Schedule: Sendable {
    /// What holds at all times.
    let lasting: DesiredState
    /// What holds for a time, in the order of beginning; what begins together in that of declaration.
    package let associations: [TimedDeclaration<SecurityAssociation>]
    /// The same for policies: so whoever comes late evaluates what the kernel got one after another.
    package let policies: [TimedDeclaration<SecurityPolicy>]
    /// The moments at which the state becomes another, in seconds since 1970, each once, in their order.
    package let changes: [Int]
    /// What begins and ends at these.
    let events: [EventMark]

    init(
        lasting: DesiredState, associations: [TimedDeclaration<SecurityAssociation>],
        policies: [TimedDeclaration<SecurityPolicy>]
    ) {
        func inOrder<Entry>(_ declarations: [TimedDeclaration<Entry>]) -> [TimedDeclaration<Entry>] {
            declarations.enumerated()
                .sorted { ($0.element.validity.from, $0.offset) < ($1.element.validity.from, $1.offset) }
                .map(\.element)
        }
        self.lasting = lasting
        self.associations = inOrder(associations)
        self.policies = inOrder(policies)
        events = Self.events(of: self.associations.map(\.validity) + self.policies.map(\.validity))
        var changes: [Int] = []
        for event in events where changes.last != event.moment { changes.append(event.moment) }
        self.changes = changes
    }

    /// When an SA holds, by its place in ``DesiredState/whole``.
    func validity(ofAssociation place: Int) -> Validity {
        place < lasting.associations.count ? .always : associations[place - lasting.associations.count].validity
    }

    /// When a policy holds, by its place there.
    func validity(ofPolicy place: Int) -> Validity {
        place < lasting.policies.count ? .always : policies[place - lasting.policies.count].validity
    }

    /// The next moment after this one at which the state becomes another; `nil` if it stays as it is.
    package func nextChange(after moment: Int) -> Int? {
        let index = passed(by: moment)
        return index < changes.count ? changes[index] : nil
    }

    /// How many of ``changes`` have come by a moment, that moment included: where this is equal, so is the state.
    package func passed(by moment: Int) -> Int {
        changes.partition { $0 > moment }
    }
}

extension DesiredState {
    /// What is declared at another moment, in seconds since 1970.
    package func at(_ moment: Int) -> DesiredState {
        guard let schedule else { return self }
        var state = schedule.lasting
        state.schedule = schedule
        state.losses = losses
        state.moment = moment
        var arrivals = Set(state.arrivals)
        for timed in schedule.associations where timed.validity.contains(moment) {
            state.associations.append(timed.declared, named: timed.declared.entry.identity)
            if let arrival = timed.declared.entry.arrival, arrivals.insert(arrival).inserted {
                state.arrivals.append(arrival)
            }
        }
        for timed in schedule.policies where timed.validity.contains(moment) {
            let identity = timed.declared.entry.identity
            state.policies.append(timed.declared, named: identity)
            if identity.device != nil { state.boundPolicies.append(identity) }
        }
        return state
    }

    /// Everything that is declared at some moment, for the rules, which look at entries by their places: what holds at all
    /// times, and then what holds for a time. Of one name there may be several.
    package var whole: DesiredState {
        guard let schedule else { return self }
        var state = schedule.lasting
        state.schedule = schedule
        state.associations = state.associations.followed(by: schedule.associations.map(\.declared)) { $0.identity }
        state.policies = state.policies.followed(by: schedule.policies.map(\.declared)) { $0.identity }
        return state
    }

    /// What is declared at all times: the least that holds where nobody knows which time it is.
    package var lasting: DesiredState { schedule?.lasting ?? self }

    /// When the state becomes another; `nil` if it stays.
    package var nextChange: Int? { schedule?.nextChange(after: moment) }

    /// Whether it is another one at a moment.
    package func isOutdated(at moment: Int) -> Bool {
        schedule.map { $0.passed(by: moment) != $0.passed(by: self.moment) } ?? false
    }
}
