import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// How things stand, of all that the machines know.

extension Daemon {
    /// The answer to `Status`.
    var status: StatusReply {
        let (associations, policies) = entryCounts
        var status = StatusReply(
            version: Version.current, kernelInterface: context.kernel.traits.kernelName,
            protectsTraffic: context.kernel.traits.protectsTraffic, configuration: settings.configurationPath,
            settled: reconciler.isSettled, state: state, associations: associations.inKernel,
            policies: policies.inKernel,
            ownedAssociations: reconciler.inForce.associations.count + reconciler.ownership.leftover.associations.count,
            ownedPolicies: reconciler.inForce.policies.count + reconciler.ownership.leftover.policies.count,
            foreignAssociations: associations.foreign, foreignPolicies: policies.foreign,
            drifted: reconciler.drift.drifted.count,
            expired: reconciler.expiredCounts.associations,
            drift: .known(settings.drift),
            overruns: context.kernel.overruns, uptimeSeconds: startedAt.map { context.now.secondsSince($0) } ?? 0,
            pid: Int(settings.processID), clients: clients.count)
        status.declaredAssociations = associations.declared
        status.declaredPolicies = policies.declared
        status.missingAssociations = associations.missing
        status.missingPolicies = policies.missing
        status.alteredAssociations = associations.altered
        status.alteredPolicies = policies.altered
        status.undeclaredAssociations = associations.leftover
        status.undeclaredPolicies = policies.leftover
        status.expiredPolicies = policies.expired == 0 ? nil : policies.expired
        status.incomplete = context.kernel.incompleteDatabases.map { .known($0.acronym) }
        status.off = reconciler.mainSwitch.offSince
        status.lastReload = reconciler.standing.last?.time
        status.lastOutcome = reconciler.standing.last?.outcome
        if settings.drift == .repair, reconciler.drift.givenUpCount > 0 {
            status.unrepaired = reconciler.drift.givenUpCount
        }
        if !reconciler.arrivalPorts.closed.isEmpty {
            status.closedPorts = reconciler.arrivalPorts.closed.map(\.description)
        }
        let complaints = context.kernel.sequences.complaints
        if !complaints.isEmpty { status.sequences = Array(complaints.prefix(20)) }
        let waiting = reconciler.waitingPolicies(context.kernel.mirror.devices)
        if !waiting.isEmpty {
            status.waitingPolicies = waiting.count
            status.awaitedDevices = Set(waiting.compactMap { $0.device?.description }).sorted()
        }
        status.nextChange = reconciler.inForce.schedule?.nextChange(after: context.now.seconds)
        status.keysEnd = reconciler.timekeeping.keyEnds.first(at: context.now.seconds)
        status.confirmSeconds = reconciler.secondsLeftToConfirm(context)
        return status
    }

    /// What figures tell of the daemon itself.
    var measuredService: Measurement.Service {
        Measurement.Service(
            status: status, now: context.now.seconds, startedAt: UInt64(clamping: startedAt?.seconds ?? 0),
            transitions: reconciler.standing.ended, isLastDone: reconciler.standing.isLastDone,
            repairs: reconciler.drift.restoredCount,
            readAges: PerDatabase(
                associations: context.kernel.age(of: .associations, at: context.now),
                policies: context.kernel.age(of: .policies, at: context.now)))
    }

    /// How the kernel stands to the file, and what could not be written down of that.
    private var state: String {
        (reconciler.trouble ?? settledState) + (context.recorder.complaint.map { "; \($0)" } ?? "")
    }

    /// That nothing keeps the kernel from it, and what is not known all the same.
    private var settledState: String {
        let gaps = context.kernel.incompleteDatabases
        guard !gaps.isEmpty else { return "settled" }
        let names = gaps.map(\.acronym.rawValue).joined(separator: " and ")
        return "settled; the kernel cannot list its \(names) completely, so not all foreign entries are known"
    }
}
