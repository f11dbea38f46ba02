import IPsec

/// By which declarations the states of one file at two moments differ.
package struct ScheduledChange: Sendable {
    /// What holds at the later one alone. Another declaration of a name that has just ended is one of these, too.
    package private(set) var beginning = DesiredState()
    /// What holds at the earlier one alone.
    package private(set) var ending = DesiredState()

    /// - Parameters:
    ///   - former: the state in force.
    ///   - next: that of another moment.
    package init(from former: DesiredState, to next: DesiredState) {
        guard let schedule = next.schedule else { return }
        beginning.masks = next.masks
        ending.masks = former.masks
        for timed in schedule.associations {
            let name = timed.declared.entry.identity
            switch (timed.validity.contains(former.moment), timed.validity.contains(next.moment)) {
            case (false, true): beginning.associations.append(timed.declared, named: name)
            case (true, false): ending.associations.append(timed.declared, named: name)
            case (true, true), (false, false): break
            }
        }
        for timed in schedule.policies {
            let name = timed.declared.entry.identity
            switch (timed.validity.contains(former.moment), timed.validity.contains(next.moment)) {
            case (false, true): beginning.policies.append(timed.declared, named: name)
            case (true, false): ending.policies.append(timed.declared, named: name)
            case (true, true), (false, false): break
            }
        }
    }

    /// Whether the two are one.
    package var isEmpty: Bool { beginning.count + ending.count == 0 }
}
