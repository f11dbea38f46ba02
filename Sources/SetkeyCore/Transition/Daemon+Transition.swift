import ControlProtocol
import IPsec
import SetkeySyntax

// A transition's way: plan, write down, apply, verify. What begins one and what ends it stands in the files beside.

extension Daemon {
    /// Entries looked at in one turn of the loop: some milliseconds.
    static var slice: Int { 500 }

    /// Begins what is wanted next, if nothing is under way.
    mutating func beginTransition() {
        guard transition.isIdle else { return }
        if let reversal = wishes.reversal {
            begin(.revert(reversal), for: wishes.reversalClients)
            transition.reversedFile = wishes.reversedFile
            wishes.reversal = nil
            wishes.reversalClients = []
            revert()
        } else if wishes.reload {
            begin(.reload, for: wishes.reloadClients)
            transition.confirmSeconds = wishes.confirmSeconds
            wishes.reload = false
            wishes.reloadClients = []
            wishes.confirmSeconds = nil
            readFile()
        } else {
            checkDrift()
        }
    }

    mutating func begin(_ cause: Transition.Cause, for clients: [ClientID] = []) {
        interruptFilePlan()
        transition = Transition()
        transition.cause = cause
        transition.clients = clients
        if isReady, cause != .repair { effects.append(.reloading) }
    }

    /// Goes on with what waited for the mirror.
    mutating func advanceTransition() {
        switch transition.phase {
        case .idle: beginTransition()
        case .waitingForMirror(let target): aim(at: target)
        case .remembering: continueRemembering()
        case .verifying: continueVerifying()
        case .treating, .reading, .planning, .recording, .applying: break
        }
    }

    /// Whether the mirror is what the kernel has, as far as that tells.
    var isMirrorTrue: Bool {
        dumps.allSatisfy(\.isUsable) && refreshes.isEmpty && !isRefreshing
    }

    // MARK: Plan

    /// Leads to `target` as soon as the mirror is true.
    mutating func aim(at target: Target) {
        transition.phase = .waitingForMirror(target)
        guard isMirrorTrue else { return }
        if let record = takeMemory(of: target) {
            transition.phase = .remembering(target, record, position: 0)
            return continueRemembering()
        }
        beginPlan(to: target)
    }

    mutating func beginPlan(to target: Target) {
        var scope = PlanBuilder.Scope.everything
        var claimable: DesiredState?
        var present: FormerState?
        switch transition.cause {
        // The foreign entries that come back are nobody's but theirs.
        case .revert: claimable = former?.declared ?? .empty
        case .reload: present = FormerState(declared: inForce, endedAt: now.seconds)
        case .repair: scope = .declared
        case .start: break
        }
        let builder = PlanBuilder(
            to: target.desired, ownership: ownership, scope: scope, claimable: claimable, keeping: present,
            incomplete: incompleteDatabases)
        transition.phase = .planning(target, builder)
        continuePlanning()
    }

    mutating func continuePlanning() {
        guard case .planning(let target, var builder) = transition.phase else { return }
        // One reference to what the builder has gathered.
        transition.phase = .idle
        guard advance(&builder) else { return transition.phase = .planning(target, builder) }
        transition.claimed = builder.claimed
        transition.claimedLater = builder.claimedAsIs
        transition.released = builder.released
        transition.leftover = builder.unseen
        transition.present = builder.former
        let plan = builder.plan
        discard(builder, size: plan.steps.count)
        if case .repair = transition.cause {
            repair(plan.steps, of: nil)
        } else {
            record(
                Application(
                    plan: plan, target: target, temper: temper, incomplete: incompleteDatabases,
                    reborn: builder.reborn))
        }
    }

    /// Goes on with a plan for one turn of the loop; `true` if it is complete, and else another turn has been asked for.
    mutating func advance(_ builder: inout PlanBuilder) -> Bool {
        builder.advance(&mirror, count: Self.slice)
        if !builder.isDone { askTurn() }
        return builder.isDone
    }

    /// What a refusal means for the transition under way.
    var temper: Application.Temper {
        switch transition.cause {
        case .start, .reload: .undoing
        case .revert, .repair: .goingOn
        }
    }

    /// Asks for another turn of the loop, once at a time.
    mutating func askTurn() {
        guard !isTurnAsked else { return }
        isTurnAsked = true
        effects.append(.nextTurn)
    }

    /// The turn that was asked for.
    mutating func turnCame() {
        isTurnAsked = false
        continueRemembering()
        continuePlanning()
        continueTreating()
        continueVerifying()
        continueTidying()
        continuePlans()
        sendNextPart()
    }

    // MARK: Write down

    /// Writes down what a daemon that comes after this one must know, before anything of the plan is asked of the
    /// kernel.
    mutating func record(_ application: Application) {
        transition.phase = .recording(application)
        var journal = OwnershipJournal(time: now.seconds)
        // What is right already is the file's when that is in force. Of a file that never came into force, nothing is
        // owned that it left as it was.
        journal.claimed = transition.claimed
        journal.claimed.associations += application.reborn
        write(journal)
        switch transition.cause {
        case .reload where !application.steps.isEmpty: keepFormerState(application)
        case .revert: rememberReversal()
        default: break
        }
        applyIfRecorded()
    }

    mutating func write(_ journal: OwnershipJournal) {
        let snapshot = snapshot
        effects += recorder.append(journal, to: snapshot)
    }

    mutating func write(_ change: StateChange) {
        effects.append(recorder.write(change))
    }

    /// All that is owned.
    var snapshot: OwnershipSnapshot {
        OwnershipSnapshot(ownership: ownership, time: now.seconds, fingerprint: fingerprintInForce)
    }

    /// Something has been written down, or could not be.
    mutating func recorded(_ complaint: String?) {
        let replies = recorder.ended(complaint)
        if let complaint {
            log(.error, complaint)
            transition.recordFailure = complaint
        }
        tellStatus()
        effects += replies
        applyIfRecorded()
    }

    /// Tells a client what must hold after a kill as well: when all that was to be written down is on the disk.
    mutating func replyWhenRecorded(_ reply: Reply, to client: ClientID) {
        effects += recorder.hold(.reply(client, reply, continues: false))
    }

    private mutating func applyIfRecorded() {
        guard recorder.isIdle, case .recording(let application) = transition.phase else { return }
        if let failure = transition.recordFailure, transition.confirmSeconds != nil, !application.steps.isEmpty {
            forgetRecorded(application)
            let why = "\(failure); a reload that could not be rolled back after a crash is not started"
            return fail([why], "the last reload was not started: the previous state could not be saved")
        }
        transition.phase = .applying(application)
        finishApplicationIfOver()
    }

    // MARK: Apply

    mutating func nextOfApplication() -> (KernelRequest, Requester)? {
        guard case .applying(var application) = transition.phase else { return nil }
        transition.phase = .idle
        defer { transition.phase = .applying(application) }
        return application.next().map { ($0, .application) }
    }

    mutating func applicationStepEnded(_ request: KernelRequest, _ outcome: Outcome) {
        guard case .applying(var application) = transition.phase else { return }
        transition.phase = .idle
        switch outcome {
        case .done(let answer): application.succeeded(request, answer: answer, former: formerEntries)
        case .refused(let errno): application.failed(request, errno: errno)
        case .lost: application.failed(request, errno: .timedOut)
        }
        transition.phase = .applying(application)
        finishApplicationIfOver()
    }

    private mutating func finishApplicationIfOver() {
        guard case .applying(let application) = transition.phase, application.isOver else { return }
        for database in application.doubted { transition.awaited[database] = read(again: database) }
        transition.phase = .verifying(application, position: 0)
        continueVerifying()
    }

    // MARK: Verify

    /// Each step must have led to what it was meant to lead to. What was right before the plan and is wrong now, others
    /// have changed meanwhile: it comes as drift.
    mutating func continueVerifying() {
        guard case .verifying(let application, let position) = transition.phase, isMirrorTrue,
            transition.awaited.allSatisfy({ dumps[$0.key].isOver($0.value) })
        else { return }
        guard !application.isUndoing else { return undone(application) }
        let verdict = Verdict(desired: application.target.desired, expired: ownership.expired)
        let end = min(position + Self.slice, application.steps.count)
        for step in application.steps[position..<end] { verify(step, verdict, application.notFound) }
        transition.phase = .verifying(application, position: end)
        guard end == application.steps.count else { return askTurn() }
        switch transition.cause {
        case .repair: repaired(application)
        case .revert: reverted(application)
        case .start, .reload: reloaded(application)
        }
    }

    private mutating func verify(_ step: Step, _ verdict: Verdict, _ notFound: ShardedDictionary<EntryName, Void>) {
        let isDone = isDone(step, verdict)
        if !isDone, step.isDeletion, notFound[step.change.entry] != nil {
            transition.unreachable.count += 1
            if transition.unreachable.count <= 20 { transition.unreachable.first.append(step) }
            return
        }
        if !isDone { transition.unfinished.append(step) }
        if case .repair = transition.cause { return drift.repaired(step, isDone: isDone) }
        if case .replace = step.change {
            transition.replaced.count += 1
            if transition.replaced.count <= 20 { transition.replaced.first.append(step) }
        }
        guard !isDone else { return }
        transition.remainder.note(step)
        switch step.change {
        case .delete(let association) where ownership.owns(association.identity):
            transition.leftover.associations.insert(association.identity)
        case .deletePolicy(let policy) where ownership.owns(policy.identity):
            transition.leftover.policies.insert(policy.identity)
        default: break
        }
    }

    private func isDone(_ step: Step, _ verdict: Verdict) -> Bool {
        switch step.change {
        case .delete(let association): !mirror.associations.contains(association.identity)
        case .deletePolicy(let policy): !mirror.policies.contains(policy.identity)
        default:
            if case nil = verdict.step(for: step.change.entry, in: mirror) { true } else { false }
        }
    }
}
