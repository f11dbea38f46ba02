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
        }
        turns.removeAll { $0 == client }
        tracedClients.removeAll { $0 == client }
        streams.removeValue(forKey: client)?.close(&mirror)
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
        var status = StatusReply(
            version: Version.current, kernelInterface: settings.kernelInterface,
            protectsTraffic: settings.protectsTraffic, configuration: settings.configurationPath,
            settled: isSettled, state: state, associations: mirror.associations.count,
            policies: mirror.policies.count,
            ownedAssociations: inForce.associations.count + ownership.leftover.associations.count,
            ownedPolicies: inForce.policies.count + ownership.leftover.policies.count,
            foreignAssociations: foreignCounts.associations, foreignPolicies: foreignCounts.policies,
            drifted: drift.drifted.count, expired: ownership.expired.count, drift: settings.drift.rawValue,
            overruns: overruns, uptimeSeconds: startedAt.map { now.secondsSince($0) } ?? 0,
            pid: Int(settings.processID), clients: peers.count)
        status.lastReload = last?.time
        status.lastOutcome = last?.outcome
        if !arrivalPorts.closed.isEmpty { status.closedPorts = arrivalPorts.closed.map(\.description) }
        status.confirmSeconds = confirmation.map { secondsLeft(until: $0.deadline) }
        return status
    }

    /// What keeps the kernel from holding what the file declares, or that nothing does.
    private var state: String {
        if let trouble { return trouble }
        let count = drift.drifted.count
        guard count > 0 else { return "settled" }
        return "drifted: \(count) declared \(count == 1 ? "entry is" : "entries are") not in the kernel as declared"
    }

    /// What the kernel has and is not the file's: all of it, less what is the file's and there.
    private var foreignCounts: (associations: Int, policies: Int) {
        var missing = (associations: ownership.expired.count, policies: 0)
        for (name, reason) in drift.drifted where reason == .missing {
            switch name {
            case .association: missing.associations += 1
            case .policy: missing.policies += 1
            }
        }
        let leftover = (
            associations: ownership.leftover.associations.count(where: mirror.associations.contains),
            policies: ownership.leftover.policies.count(where: mirror.policies.contains)
        )
        let ours = (
            associations: inForce.associations.count - missing.associations + leftover.associations,
            policies: inForce.policies.count - missing.policies + leftover.policies
        )
        return (
            max(0, mirror.associations.count - ours.associations), max(0, mirror.policies.count - ours.policies)
        )
    }

    private mutating func monitor(_ parameters: MonitorParameters, for client: ClientID) {
        audiences[parameters, default: []].append(client)
        let reply = MonitorReply(event: .listening, seconds: now.seconds, microseconds: now.microseconds)
        effects.append(.reply(client, .monitor(reply), continues: true))
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

    private mutating func refuse(_ client: ClientID, _ request: KernelRequest, _ errno: KernelErrno) {
        effects.append(
            .fail(
                client,
                .kernelRefused(
                    operation: request.phrase, errno: Int(errno.rawValue), reason: request.reason(errno))))
    }

    // MARK: Dumps

    private mutating func list(
        _ database: DatabaseName, _ name: ProtocolName?, dead: Bool?, keys: Bool?, for client: ClientID
    ) {
        streams[client] =
            DumpStream(
                database: database, form: .records(showKeys: keys == true), ticket: wantDump(of: database),
                ipsecProtocol: name?.value, includesDead: dead == true, format: dumpFormat(for: client))
    }

    private mutating func render(_ parameters: RenderParameters, for client: ClientID) {
        let format = dumpFormat(
            for: client, showKeys: parameters.showKeys, showPorts: parameters.showPorts,
            hidePerSocket: parameters.hidePerSocket)
        streams[client] =
            DumpStream(
                database: parameters.database, form: .text, ticket: wantDump(of: parameters.database),
                ipsecProtocol: parameters.protocol?.value, includesDead: parameters.includeDead == true, format: format)
    }

    /// How a dump is printed for a client; the process that it names is the client's, as the dumping tool's ever was.
    func dumpFormat(
        for client: ClientID, showKeys: Bool? = nil, showPorts: Bool? = nil, hidePerSocket: Bool? = nil
    ) -> DumpFormat {
        let options = DumpFormat.Options(
            showKeys: showKeys == true, showPorts: showPorts == true, hidePerSocket: hidePerSocket == true,
            processID: UInt32(clamping: peers[client]?.pid ?? 0))
        return DumpFormat(
            options: options, now: UInt64(clamping: now.seconds), protocolNames: settings.parserOptions.protocolNames)
    }

    mutating func wantDump(of database: DatabaseName) -> Int {
        database == .associations ? associationDumps.want() : policyDumps.want()
    }

    private func isReady(_ stream: DumpStream) -> Bool {
        stream.database == .associations ? associationDumps.isOver(stream.ticket) : policyDumps.isOver(stream.ticket)
    }

    /// A dump is over: whoever waited for it gets the first part.
    mutating func feedStreams() {
        for client in streams.keys.sorted() where streams[client]?.hasBegun == false { drained(client) }
    }

    /// The kernel will not tell: whoever waits is told why.
    mutating func failStreams(of database: DatabaseName, _ errno: KernelErrno) {
        for client in streams.keys.sorted() {
            guard let stream = streams[client], stream.database == database, !stream.hasBegun else { continue }
            streams[client] = nil
            let request: KernelRequest = database == .associations ? .dump(nil) : .dumpPolicies
            if runs[client] != nil {
                runs[client]?.failed(request.phrase, errno: Int(errno.rawValue), reason: request.reason(errno))
                runs[client]?.proceed()
            } else {
                refuse(client, request, errno)
            }
        }
    }

    /// The client has read what was queued: its stream goes on.
    mutating func drained(_ client: ClientID) {
        guard !sendPlan(to: client) else { return }
        // A run without a stream waited for this alone.
        guard streams[client] != nil else { return runs[client]?.proceed() ?? () }
        guard var stream = streams[client], isReady(stream) else { return }
        streams[client] = nil
        if runs[client] != nil {
            appendPart(of: &stream, toRunOf: client)
        } else {
            send(partOf: &stream, to: client)
        }
        if !stream.isFinished { streams[client] = stream }
    }

    private mutating func send(partOf stream: inout DumpStream, to client: ClientID) {
        let reply: Reply
        switch stream.form {
        case .text:
            var text: [UInt8] = []
            stream.appendPart(of: &mirror, to: &text)
            reply = .render(RenderReply(text: WireText(text)))
        case .records(let showKeys):
            reply = stream.nextRecords(of: &mirror, showKeys: showKeys, at: now)
        }
        effects.append(.reply(client, reply, continues: !stream.isFinished))
    }

    private mutating func appendPart(of stream: inout DumpStream, toRunOf client: ClientID) {
        var output: [UInt8] = []
        stream.appendPart(of: &mirror, to: &output)
        runs[client]?.output += output
        if stream.isFinished {
            runs[client]?.proceed()
        } else if let reply = runs[client]?.takeReply() {
            effects.append(.reply(client, .execute(reply), continues: true))
        }
    }

    // MARK: Log

    /// A client is disconnected for what it did.
    mutating func logFault(of client: ClientID, _ reason: String) {
        let fields = peers[client].map { [LogField(.clientUID, $0.uid), LogField(.clientPID, $0.pid)] } ?? []
        let who = peers[client].map { "uid \($0.uid) pid \($0.pid)" } ?? "a client"
        log(.notice, "\(who) was disconnected: \(reason)", of: .disconnection, fields: fields)
    }

    /// Logs what others can provoke at will, if not too much of its kind was logged within the last minute.
    mutating func log(
        _ priority: LogEntry.Priority, _ message: String, _ kind: LogKind? = nil, of cause: LogCause,
        fields: [LogField] = []
    ) {
        tellHeldLines()
        let dueAt = causes.dueAt
        if causes.admit(cause, at: now.monotonic) { log(priority, message, kind, fields) }
        if causes.dueAt != dueAt { arm() }
    }

    /// Says how many lines were not written, for each cause whose minute is over.
    mutating func tellHeldLines() {
        for (cause, held) in causes.takeEnded(at: now.monotonic) {
            log(.notice, "\(held) more \(cause.summary), not logged one by one", .summary)
        }
    }

    /// Who changed what by our hands: the audit trail.
    mutating func logChange(by client: ClientID, _ what: String) {
        guard let peer = peers[client] else {
            return log(.notice, "a client that has left: \(what)", .clientChange, [LogField(.author, "client")])
        }
        log(
            .notice, "uid \(peer.uid) pid \(peer.pid): \(what)", .clientChange,
            [LogField(.author, "client"), LogField(.clientUID, peer.uid), LogField(.clientPID, peer.pid)])
    }

    mutating func logEnd(of run: ExecuteRun, for client: ClientID) {
        guard run.totalExecuted > 0 else { return }
        let failed = run.totalFailed == 0 ? "" : ", \(run.totalFailed) failed"
        logChange(by: client, "executed \(run.totalExecuted) statements\(failed)\(run.isAborted ? ", undone" : "")")
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
