import ControlProtocol
import IPsec
import SetkeySyntax

/// When what the kernel has holds, as the file in force declares it.
struct SavedTimes: Sendable {
    private var associations: [SAIdentity: Validity] = [:]
    private var policies: [PolicyIdentity: Validity] = [:]
    /// How many of each kind are declared, and begin later.
    private var later = PerDatabase(both: 0)
    /// Whether not all of the file has been applied, because the clock is not believed.
    private let isClockDoubted: Bool

    /// Nothing is declared for a time.
    init() { isClockDoubted = false }

    /// Those of `state`, at its moment.
    init(of state: DesiredState, isClockDoubted: Bool) {
        self.isClockDoubted = isClockDoubted
        guard let schedule = state.schedule else { return }
        let begun = PerDatabase(
            associations: schedule.associations.partition { $0.validity.from > state.moment },
            policies: schedule.policies.partition { $0.validity.from > state.moment })
        later.associations = schedule.associations.count - begun.associations
        later.policies = schedule.policies.count - begun.policies
        for timed in schedule.associations[..<begun.associations] where timed.validity.until > state.moment {
            associations[timed.declared.entry.identity] = timed.validity
        }
        for timed in schedule.policies[..<begun.policies] where timed.validity.until > state.moment {
            policies[timed.declared.entry.identity] = timed.validity
        }
    }

    func validity(of identity: SAIdentity) -> Validity { associations[identity] ?? .always }

    func validity(of identity: PolicyIdentity) -> Validity { policies[identity] ?? .always }

    /// What is to be said of times before the entries of a database.
    func remarks(on database: DatabaseName) -> [String] {
        let (known, later) = (PerDatabase(associations: associations.count, policies: policies.count), later[database])
        var remarks: [String] = []
        if isClockDoubted {
            remarks.append(
                "setkeyd does not believe the clock, and has not applied all of its file: what ends by that does not end "
                    + "below")
        }
        if known[database] > 0 {
            remarks.append("-from and -until are those of setkeyd's file, and for it alone: setkey -f takes none")
        }
        if later > 0 {
            remarks.append(
                "left out: \(database.counted(later)) that setkeyd's file declares for later, and that the kernel does not have "
                    + "yet (setkey --schedule)")
        }
        return remarks
    }
}

extension Reconciler {
    /// Those of what is in force.
    var savedTimes: SavedTimes { SavedTimes(of: inForce, isClockDoubted: timekeeping.doubt?.awaitsFile == true) }
}
