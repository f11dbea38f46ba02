import ControlProtocol

// What is logged about clients, and about what others can provoke.

extension Daemon {
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

    /// Says how many lines were not written: about kernel events, and for each cause whose minute is over.
    mutating func tellHeldLines() {
        let news = newsThrottle.takeDue(at: now.monotonic)
        if news > 0 {
            log(
                .notice, "\(news == 1 ? "1 kernel event was" : "\(news) kernel events were") not logged individually",
                .summary)
        }
        for (cause, held) in causes.takeEnded(at: now.monotonic) {
            let (one, many) = cause.summary
            log(.notice, "\(held) more \(held == 1 ? one : many), not logged individually", .summary)
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
        let executed = "executed \(counted(run.totalExecuted, "statement"))"
        logChange(by: client, executed + failed + (run.isAborted ? ", undone" : ""))
    }
}
