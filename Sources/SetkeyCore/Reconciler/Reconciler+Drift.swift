import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Drift: what others do to declared entries. A lifetime that ends is none: it was declared.

extension Reconciler {
    // MARK: Signs

    /// Notices what an event says of declared entries.
    ///
    /// - Parameters:
    ///   - requester: whose request it answers.
    ///   - peers: who the clients are that may have asked for it.
    mutating func notice(
        _ event: KernelEvent, from requester: Requester?, _ peers: [ClientID: Peer], _ context: inout Context
    ) {
        if case .application = requester { return }
        switch event.content {
        case .association(let verb, let association) where verb != .got:
            guard inForce.associations.contains(association.identity) else { return }
            if verb == .added { state.revive(.association(association.identity)) }
            suspect(.association(association.identity), author(event.origin, requester, peers), verb, &context)
        case .policy(let verb, let policy) where verb != .got:
            guard inForce.policies.contains(policy.identity) else { return }
            if verb != .deleted { state.revive(.policy(policy.identity)) }
            suspect(.policy(policy.identity), author(event.origin, requester, peers), verb, &context)
        case .flushed where !inForce.associations.isEmpty, .policiesFlushed where !inForce.policies.isEmpty:
            // A flush of ours is echoed twice, the second time without a request.
            drift.flushed(by: author(event.origin, requester, peers), at: context.now.monotonic)
            context.out.rearm()
        case .expired(let association, .hard): noteEnd(of: association, &context)
        default: break
        }
    }

    private mutating func suspect(
        _ name: EntryName, _ author: String, _ verb: KernelEvent.Verb, _ context: inout Context
    ) {
        let what =
            switch verb {
            case .added: "added"
            case .updated: "altered"
            case .deleted: "deleted"
            case .got: "read"
            }
        drift.suspect(name, author: "\(what) by \(author)", at: context.now.monotonic)
        context.out.rearm()
    }

    mutating func suspectEverything(_ context: inout Context) {
        drift.suspectEverything(at: context.now.monotonic)
        context.out.rearm()
    }

    /// Who sent what this event follows from: a client of ours, or what another process claims to be.
    private func author(
        _ origin: KernelEvent.Origin, _ requester: Requester?, _ peers: [ClientID: Peer]
    ) -> String {
        guard let client = requester?.client, let peer = peers[client] else {
            return origin.processID == 0 ? "another program" : "process \(origin.processID)"
        }
        return "uid \(peer.uid) pid \(peer.pid) through setkeyd"
    }

    // MARK: The check

    /// Looks at what is suspect, if it is time.
    mutating func checkDrift(_ context: inout Context) {
        guard isIdle, drift.isDue(at: context.now.monotonic), context.kernel.isFresh else { return }
        begin(.repair, &context)
        guard let suspects = drift.takeSuspects(), suspects.count <= Daemon.slice else {
            return aim(at: state.target, &context)
        }
        let verdict = Verdict(desired: inForce, expired: ownership.expired)
        let steps = suspects.keys.compactMap { verdict.step(for: $0, in: context.kernel.mirror) }
        repair(StepList([steps.sorted { $0.place < $1.place }]), of: suspects, &context)
    }

    /// Tells of what has drifted, and puts back what shall be.
    ///
    /// - Parameter suspects: what was looked at, and who did it; `nil` for everything.
    mutating func repair(_ steps: StepList, of suspects: [EntryName: String]?, _ context: inout Context) {
        let forgotten = drift.forgetRepairs(at: context.now.monotonic)
        context.out.discard(forgotten, size: forgotten.count)
        if let suspects {
            let drifted = Set(steps.map(\.change.entry))
            drift.look(at: suspects.keys.filter { !drifted.contains($0) })
        }
        enter(.treating(Treatment(steps, of: suspects)))
        continueTreating(&context)
    }

    /// Decides on the next few entries that have drifted.
    mutating func continueTreating(_ context: inout Context) {
        guard case .treating(var treatment) = transition?.phase else { return }
        enter(.begun)
        for number in treatment.take(Daemon.slice) { treat(treatment.steps[number], number, &treatment, &context) }
        enter(.treating(treatment))
        guard treatment.isDone else { return context.out.askTurn() }
        endTreating(treatment, &context)
    }

    private mutating func treat(_ step: Step, _ number: Int, _ treatment: inout Treatment, _ context: inout Context) {
        let decision = settings.drift == .repair ? drift.treat(step.change.entry, at: context.now.monotonic) : .leave
        if treatment.suspects == nil { drift.foundInSurvey(step) } else { drift.found(step) }
        if number < 20 || decision == .giveUp {
            let author = treatment.suspects?[step.change.entry] ?? drift.flusher.map { "flushed by \($0)" } ?? ""
            tell(step, decision, author, &context)
        }
        if decision == .repair { treatment.repair(step) }
    }

    private mutating func endTreating(_ treatment: Treatment, _ context: inout Context) {
        let count = treatment.steps.count
        if treatment.suspects == nil {
            context.out.discard(drift.known, size: drift.drifted.count)
            drift.endSurvey()
        }
        if count > 20 { context.out.log(.warning, "drift: and \(count - 20) more declared entries", .summary) }
        drift.endTreating()
        context.out.tellStatus()
        guard !treatment.repairs.isEmpty else { return endRepair(&context) }
        record(
            StepList([treatment.repairs]), Consequences(reborn: treatment.reborn), to: state.target, &context)
    }

    private mutating func tell(
        _ step: Step, _ treatment: DriftWatch.Treatment, _ author: String, _ context: inout Context
    ) {
        let what = "\(step.origin.map(state.place) ?? "")\(step.change.entry.phrase): \(step.reason.phrase)"
        let who = author.isEmpty ? "" : ", \(author)"
        let place = step.origin.map { [LogField(.statement, state.locate($0))] } ?? []
        let fields = step.change.entry.logFields + place + [LogField(.reason, step.reason)]
        switch treatment {
        case .repair: context.out.log(.warning, "drift: \(what)\(who); restoring it", .drift, fields)
        case .leave: context.out.log(.warning, "drift: \(what)\(who); not restored", .drift, fields)
        case .giveUp:
            context.out.log(
                .error,
                "drift: \(what)\(who); it has been restored three times within a minute, and another program keeps "
                    + "changing it: setkeyd gives up. Find that program, or remove the entry from the file; "
                    + "setkey --reload tries again",
                .insisted, fields)
        }
    }

    /// A repair has been applied as far as it could be.
    mutating func repaired(_ verification: Verification, _ context: inout Context) {
        logFailures(of: verification.application, &context)
        let count = verification.application.steps.count - verification.unfinished.count
        drift.endRepair(
            restored: count, unfinished: !verification.unfinished.isEmpty, at: context.now.monotonic)
        if count > 0 {
            context.out.log(
                .notice, "drift: \(counted(count, "declared entry", "declared entries")) restored", .repaired)
        }
        endRepair(&context)
    }
}

extension Step {
    /// Policies after the SAs that they need, and defaults after the policies; else as in the file.
    fileprivate var place: (Int, Int, Int) {
        let kind =
            switch change.entry {
            case .association: 0
            case .policy(let identity): identity.isDefault ? 2 : 1
            }
        return (kind, origin?.source ?? 0, origin?.range.lowerBound ?? 0)
    }
}

extension EntryName {
    /// As messages name it.
    var phrase: String {
        switch self {
        case .association(let identity): identity.description
        case .policy(let identity): "policy \(identity.phrase)"
        }
    }
}
