import ControlProtocol
import IPsec

// How the daemon is, and how the kernel's entries stand to the file.

extension Measurement {
    func appendService(to text: inout MetricsText) {
        let status = service.status
        text.add(.up, 1)
        text.add(.build, 1, [status.version])
        text.add(.kernel, 1, [status.kernelInterface, status.protectsTraffic ? "true" : "false"])
        text.add(.startTime, service.startedAt)
        text.add(.clients, UInt64(status.clients))
        text.add(.inForce, status.settled ? 1 : 0)
        text.add(.off, status.off == nil ? 0 : 1)
        text.begin(.reloads)
        text.sample(UInt64(service.transitions.done), ["done"])
        text.sample(UInt64(service.transitions.failed), ["failed"])
        if let time = status.lastReload {
            text.add(.lastReloadTime, UInt64(clamping: time))
            text.add(.lastReloadDone, service.isLastDone ? 1 : 0)
        }
        if let seconds = status.confirmSeconds { text.add(.confirmationLeft, UInt64(clamping: seconds)) }
        for (family, moment) in [(MetricFamily.nextChange, status.nextChange), (.keysLeft, status.keysEnd)] {
            if let moment { text.add(family, UInt64(clamping: moment - service.now)) }
        }
        text.add(.repairs, UInt64(service.repairs))
        text.add(.overruns, UInt64(status.overruns))
        add(.readAge, service.readAges, to: &text)
        text.begin(.incomplete)
        for database in DatabaseName.allCases {
            text.sample(
                status.incomplete.contains(.known(database.acronym)) ? 1 : 0, [database.rawValue])
        }
    }

    func appendEntries(to text: inout MetricsText) {
        let status = service.status
        text.begin(.associations)
        let states = Dictionary(grouping: walk.associations) { "\($0.owner.rawValue) \($0.state.word)" }
        for owner in EntryOwner.allCases {
            for state in StateName.allCases {
                let count = states["\(owner.rawValue) \(state.rawValue)"]?.count ?? 0
                text.sample(UInt64(count), [owner.rawValue, state.rawValue])
            }
        }
        text.begin(.policies)
        for owner in EntryOwner.allCases {
            for direction in Direction.managed {
                let count = walk.policies[MetricsWalk.PolicyKind(owner: owner, direction: direction)] ?? 0
                text.sample(UInt64(count), [owner.rawValue, DirectionName(direction).rawValue])
            }
        }
        add(.declared, status.declaredAssociations, status.declaredPolicies, to: &text)
        add(.missing, status.missingAssociations, status.missingPolicies, to: &text)
        add(.altered, status.alteredAssociations, status.alteredPolicies, to: &text)
        add(.expired, status.expired, status.expiredPolicies ?? 0, to: &text)
        text.add(.waiting, UInt64(status.waitingPolicies ?? 0))
        text.add(.unrepaired, UInt64(status.unrepaired ?? 0))
    }

    private func add(_ family: MetricFamily, _ associations: Int, _ policies: Int, to text: inout MetricsText) {
        add(
            family, PerDatabase(associations: UInt64(clamping: associations), policies: UInt64(clamping: policies)),
            to: &text)
    }

    private func add(_ family: MetricFamily, _ values: PerDatabase<UInt64, UInt64>, to text: inout MetricsText) {
        text.begin(family)
        for database in DatabaseName.allCases { text.sample(values[database], [database.rawValue]) }
    }
}
