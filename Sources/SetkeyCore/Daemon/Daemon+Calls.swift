import ControlProtocol
import IPsec
import SetkeySyntax

// What clients ask.

extension Daemon {
    /// Who has every right; says so in refusals.
    static var whoMay: String { "root and the user that setkeyd runs as" }

    /// A call has come; the client sends no other before this one is answered.
    mutating func answer(_ call: Call, of client: ClientID) {
        switch peers[client]?.access {
        case .everything: break
        case .reading where !call.needsPrivilege: break
        case .reading: return effects.append(.fail(client, .permissionDenied(who: Self.whoMay)))
        case .nothing, .none:
            let who = "\(Self.whoMay); members of the group setkeyd have read-only access"
            return effects.append(.fail(client, .permissionDenied(who: who)))
        }
        switch call {
        case .execute(let parameters): execute(parameters, for: client)
        case .listAssociations(let parameters):
            list(
                .associations, parameters.protocol, dead: parameters.includeDead, keys: parameters.showKeys, for: client
            )
        case .listPolicies: list(.policies, nil, dead: true, keys: nil, for: client)
        case .render(let parameters): render(parameters, for: client)
        case .flush(let parameters): flush(parameters, for: client)
        case .monitor(let parameters): monitor(parameters, for: client)
        case .reload(let parameters): reload(parameters, for: client)
        case .confirm: confirm(for: client)
        case .revert: revert(for: client)
        case .plan(let parameters): plan(parameters, for: client)
        case .status: effects.append(.reply(client, .status(status), continues: false))
        }
    }

    func isPrivileged(_ client: ClientID) -> Bool {
        peers[client]?.access == .everything
    }

    /// A client has left: what it had under way ends, what it had applied stays.
    mutating func forget(_ client: ClientID) {
        if var run = runs.removeValue(forKey: client) {
            run.close(&mirror)
            logEnd(of: run, for: client)
            discard(run, size: run.size)
        }
        turns.remove(client)
        partTurns.remove(client)
        tracedClients.removeAll { $0 == client }
        if var stream = streams.removeValue(forKey: client) { stream.close(&mirror) }
        forgetPlan(of: client)
        flushes.removeAll { $0.client == client }
        for (audience, clients) in audiences where clients.contains(client) {
            let others = clients.filter { $0 != client }
            audiences[audience] = others.isEmpty ? nil : others
        }
        peers[client] = nil
    }

    // MARK: Status and plan

    private var status: StatusReply {
        let (associations, policies) = entryCounts
        var status = StatusReply(
            version: Version.current, kernelInterface: settings.traits.kernelName,
            protectsTraffic: settings.traits.protectsTraffic, configuration: settings.configurationPath,
            settled: isSettled, state: state, associations: associations.inKernel,
            policies: policies.inKernel,
            ownedAssociations: inForce.associations.count + ownership.leftover.associations.count,
            ownedPolicies: inForce.policies.count + ownership.leftover.policies.count,
            foreignAssociations: associations.foreign, foreignPolicies: policies.foreign,
            drifted: drift.drifted.count, expired: ownership.expired.count, drift: settings.drift.rawValue,
            overruns: overruns, uptimeSeconds: startedAt.map { now.secondsSince($0) } ?? 0,
            pid: Int(settings.processID), clients: peers.count)
        status.declaredAssociations = associations.declared
        status.declaredPolicies = policies.declared
        status.missingAssociations = associations.missing
        status.missingPolicies = policies.missing
        status.alteredAssociations = associations.altered
        status.alteredPolicies = policies.altered
        status.undeclaredAssociations = associations.leftover
        status.undeclaredPolicies = policies.leftover
        status.incomplete = incompleteDatabases.map(\.acronym)
        status.lastReload = last?.time
        status.lastOutcome = last?.outcome
        if settings.drift == .repair, drift.givenUpCount > 0 { status.unrepaired = drift.givenUpCount }
        if !arrivalPorts.closed.isEmpty { status.closedPorts = arrivalPorts.closed.map(\.description) }
        status.confirmSeconds = confirmation.map { secondsLeft(until: $0.deadline) }
        return status
    }

    /// How the kernel stands to the file, and what could not be written down of that.
    private var state: String {
        kernelState + (recorder.complaint.map { "; \($0)" } ?? "")
    }

    /// What keeps the kernel from holding what the file declares, or that nothing does.
    private var kernelState: String {
        if let trouble { return trouble }
        let count = drift.drifted.count
        guard count > 0 else { return settledState }
        return "drifted: \(count) declared \(count == 1 ? "entry is" : "entries are") not in the kernel as declared"
    }

    /// That nothing keeps the kernel from it, and what is not known all the same.
    private var settledState: String {
        let gaps = incompleteDatabases
        guard !gaps.isEmpty else { return "settled" }
        let names = gaps.map(\.acronym).joined(separator: " and ")
        return "settled; the kernel cannot list its \(names) completely, so not all foreign entries are known"
    }

    /// Monitors of one user who is not privileged, and of all such users: each costs a copy of every event.
    private static var monitorsPerUser: Int { 4 }
    private static var unprivilegedMonitors: Int { 16 }

    private mutating func monitor(_ parameters: MonitorParameters, for client: ClientID) {
        if let reason = monitorRefusal(for: client) { return effects.append(.fail(client, .busy(reason: reason))) }
        audiences[parameters, default: []].append(client)
        let reply = MonitorReply(event: .listening, seconds: now.seconds, microseconds: now.microseconds)
        effects.append(.reply(client, .monitor(reply), continues: true))
    }

    /// Why a client gets no further monitor; `nil` if it does.
    private func monitorRefusal(for client: ClientID) -> String? {
        guard !isPrivileged(client), let uid = peers[client]?.uid else { return nil }
        let others = audiences.values.flatMap { $0 }.compactMap { peers[$0] }.filter { $0.access != .everything }
        if others.count(where: { $0.uid == uid }) >= Self.monitorsPerUser {
            return "uid \(uid) has \(Self.monitorsPerUser) monitors, the most that one user may have; close one"
        }
        guard others.count >= Self.unprivilegedMonitors else { return nil }
        return "\(others.count) monitors are listening, the most that there can be; try again later"
    }

    // MARK: Flush

    private mutating func flush(_ parameters: FlushParameters, for client: ClientID) {
        switch parameters.database {
        case .associations:
            flushes.append((client, .flush(parameters.protocol?.value)))
        case .policies: flushes.append((client, .flushPolicies))
        }
    }

    mutating func flushEnded(_ client: ClientID, _ request: KernelRequest, _ outcome: Outcome) {
        logChange(by: client, request.phrase)
        switch outcome {
        case .done: effects.append(.reply(client, .flushed, continues: false))
        case .refused(let errno): refuse(client, request, errno)
        case .lost: refuse(client, request, .timedOut)
        }
    }

    mutating func refuse(_ client: ClientID, _ request: KernelRequest, _ errno: KernelErrno) {
        effects.append(
            .fail(
                client,
                .kernelRefused(
                    operation: request.phrase, errno: Int(errno.rawValue), reason: request.reason(errno))))
    }
}

extension Call {
    /// Whether only the privileged may: what changes the kernel, and what shows keys.
    fileprivate var needsPrivilege: Bool {
        switch self {
        case .execute, .flush, .reload, .confirm, .revert: true
        case .listAssociations(let parameters): parameters.showKeys == true
        case .render(let parameters): parameters.showKeys == true
        case .monitor(let parameters): parameters.showKeys == true
        case .listPolicies, .plan, .status: false
        }
    }
}
