import ControlProtocol
import IPsec
import SetkeySyntax

// A transition's way: plan, write down, apply, verify. What begins one and what ends it stands in the files beside.

extension Reconciler {
    /// Begins what is wanted next, if nothing is under way.
    mutating func beginTransition(_ context: inout Context) {
        guard transition.isIdle else { return }
        if let reversal = wishes.reversal {
            begin(.revert(reversal), for: wishes.reversalClients, &context)
            transition.reversedFile = wishes.reversedFile
            wishes.reversal = nil
            wishes.reversalClients = []
            revert(&context)
        } else if wishes.reload {
            begin(.reload, for: wishes.reloadClients, &context)
            transition.confirmSeconds = wishes.confirmSeconds
            wishes.reload = false
            wishes.reloadClients = []
            wishes.confirmSeconds = nil
            readFile(&context)
        } else {
            checkDrift(&context)
        }
    }

    mutating func begin(_ cause: Transition.Cause, for clients: [ClientID] = [], _ context: inout Context) {
        interruptFilePlan(&context)
        transition = Transition()
        transition.cause = cause
        transition.clients = clients
        if isReady, cause != .repair { context.out.perform(.reloading) }
    }

    /// Goes on with what waited for the mirror.
    mutating func advanceTransition(_ context: inout Context) {
        switch transition.phase {
        case .idle: beginTransition(&context)
        case .waitingForMirror(let target): aim(at: target, &context)
        case .remembering: continueRemembering(&context)
        case .verifying: continueVerifying(&context)
        case .treating, .reading, .planning, .recording, .applying: break
        }
    }

    // MARK: Plan

    /// Leads to `target` as soon as the mirror is true.
    mutating func aim(at target: Target, _ context: inout Context) {
        transition.phase = .waitingForMirror(target)
        guard context.kernel.isMirrorTrue else { return }
        if let record = takeMemory(of: target) {
            transition.phase = .remembering(target, record, position: 0)
            return continueRemembering(&context)
        }
        beginPlan(to: target, &context)
    }

    mutating func beginPlan(to target: Target, _ context: inout Context) {
        var scope = PlanBuilder.Scope.everything
        var claimable: DesiredState?
        var present: FormerState?
        switch transition.cause {
        // The foreign entries that come back are nobody's but theirs.
        case .revert: claimable = former?.declared ?? .empty
        case .reload: present = FormerState(declared: inForce, endedAt: context.now.seconds)
        case .repair: scope = .declared
        case .start: break
        }
        let builder = PlanBuilder(
            to: target.desired, ownership: ownership, scope: scope, claimable: claimable, keeping: present,
            incomplete: context.kernel.incompleteDatabases)
        transition.phase = .planning(target, builder)
        continuePlanning(&context)
    }

    mutating func continuePlanning(_ context: inout Context) {
        guard case .planning(let target, var builder) = transition.phase else { return }
        // One reference to what the builder has gathered.
        transition.phase = .idle
        guard advance(&builder, &context) else { return transition.phase = .planning(target, builder) }
        transition.claimed = builder.claimed
        transition.claimedLater = builder.claimedAsIs
        transition.released = builder.released
        transition.leftover = builder.unseen
        transition.present = builder.former
        let plan = builder.plan
        context.out.discard(builder, size: plan.steps.count)
        if case .repair = transition.cause {
            repair(plan.steps, of: nil, &context)
        } else {
            record(
                Application(
                    plan: plan, target: target, temper: temper, incomplete: context.kernel.incompleteDatabases,
                    reborn: builder.reborn), &context)
        }
    }

    /// Goes on with a plan for one turn of the loop; `true` if it is complete, and else another turn has been asked for.
    mutating func advance(_ builder: inout PlanBuilder, _ context: inout Context) -> Bool {
        builder.advance(&context.kernel.mirror, count: Daemon.slice)
        if !builder.isDone { context.out.askTurn() }
        return builder.isDone
    }

    /// What a refusal means for the transition under way.
    var temper: RequestRun.Temper {
        switch transition.cause {
        case .start, .reload: .undoing
        case .revert, .repair: .goingOn
        }
    }

    // MARK: Write down

    /// Writes down what a daemon that comes after this one must know, before anything of the plan is asked of the
    /// kernel.
    mutating func record(_ application: Application, _ context: inout Context) {
        transition.phase = .recording(application)
        var journal = OwnershipJournal(time: context.now.seconds)
        // What is right already is the file's when that is in force. Of a file that never came into force, nothing is
        // owned that it left as it was.
        journal.claimed = transition.claimed
        journal.claimed.associations += application.reborn
        write(journal, &context)
        switch transition.cause {
        case .reload where !application.steps.isEmpty: keepFormerState(application, &context)
        case .revert: rememberReversal(&context)
        default: break
        }
        applyIfRecorded(&context)
    }

    mutating func write(_ journal: OwnershipJournal, _ context: inout Context) {
        let snapshot = snapshot(context)
        context.out.perform(context.recorder.append(journal, to: snapshot))
    }

    mutating func write(_ change: StateChange, _ context: inout Context) {
        context.out.perform(context.recorder.write(change))
    }

    /// All that is owned.
    func snapshot(_ context: borrowing Context) -> OwnershipSnapshot {
        OwnershipSnapshot(ownership: ownership, time: context.now.seconds, fingerprint: fingerprintInForce)
    }

    /// Something has been written down, or could not be.
    mutating func recorded(_ complaint: String?, _ context: inout Context) {
        let replies = context.recorder.ended(complaint)
        if let complaint {
            context.out.log(.error, complaint)
            transition.recordFailure = complaint
        }
        context.out.tellStatus()
        context.out.perform(replies)
        applyIfRecorded(&context)
    }

    /// Tells a client what must hold after a kill as well: when all that was to be written down is on the disk.
    mutating func replyWhenRecorded(_ reply: Reply, to client: ClientID, _ context: inout Context) {
        context.out.perform(context.recorder.hold(.reply(client, reply, continues: false)))
    }

    private mutating func applyIfRecorded(_ context: inout Context) {
        guard context.recorder.isIdle, case .recording(let application) = transition.phase else { return }
        if let failure = transition.recordFailure, transition.confirmSeconds != nil, !application.steps.isEmpty {
            forgetRecorded(application, &context)
            let why = "\(failure); a reload that could not be rolled back after a crash is not started"
            return fail([why], "the last reload was not started: the previous state could not be saved", &context)
        }
        transition.phase = .applying(application)
        finishApplicationIfOver(&context)
    }

    // MARK: Apply

    /// The next requests of the plan that is being applied, and how they are to be asked.
    mutating func nextRequests() -> (items: [RequestRun.Item], manner: Flight.Manner)? {
        guard case .applying(var application) = transition.phase else { return nil }
        transition.phase = .idle
        defer { transition.phase = .applying(application) }
        var items: [RequestRun.Item] = []
        while items.count < Conversation.burst, let item = application.next() { items.append(item) }
        guard !items.isEmpty else { return nil }
        let manner = Flight.Manner(
            stopsAtRefusal: !application.isUndoing, keepsFormer: application.keepsFormer)
        return (items, manner)
    }

    /// A request of the plan has ended.
    mutating func ended(
        _ item: RequestRun.Item, _ outcome: Outcome, former: FormerEntries, _ context: inout Context
    ) {
        guard case .applying(var application) = transition.phase else { return }
        transition.phase = .idle
        application.ended(item, outcome, former: former)
        transition.phase = .applying(application)
        finishApplicationIfOver(&context)
    }

    private mutating func finishApplicationIfOver(_ context: inout Context) {
        guard case .applying(let application) = transition.phase, application.isOver else { return }
        for database in application.doubted { transition.awaited[database] = context.kernel.read(again: database) }
        transition.phase = .verifying(application, position: 0)
        continueVerifying(&context)
    }

    // MARK: Verify

    /// Each step must have led to what it was meant to lead to. What was right before the plan and is wrong now, others
    /// have changed meanwhile: it comes as drift.
    mutating func continueVerifying(_ context: inout Context) {
        guard case .verifying(let application, let position) = transition.phase, context.kernel.isMirrorTrue,
            transition.awaited.allSatisfy({ context.kernel.isOver($0.value, of: $0.key) })
        else { return }
        guard !application.isUndoing else { return undone(application, &context) }
        let verdict = Verdict(desired: application.target.desired, expired: ownership.expired)
        let end = min(position + Daemon.slice, application.steps.count)
        for step in application.steps[position..<end] { verify(step, verdict, application.notFound, &context) }
        transition.phase = .verifying(application, position: end)
        guard end == application.steps.count else { return context.out.askTurn() }
        switch transition.cause {
        case .repair: repaired(application, &context)
        case .revert: reverted(application, &context)
        case .start, .reload: reloaded(application, &context)
        }
    }

    private mutating func verify(
        _ step: Step, _ verdict: Verdict, _ notFound: ShardedDictionary<EntryName, Void>, _ context: inout Context
    ) {
        let isDone = isDone(step, verdict, context)
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

    private func isDone(_ step: Step, _ verdict: Verdict, _ context: borrowing Context) -> Bool {
        switch step.change {
        case .delete(let association): !context.kernel.mirror.associations.contains(association.identity)
        case .deletePolicy(let policy): !context.kernel.mirror.policies.contains(policy.identity)
        default:
            if case nil = verdict.step(for: step.change.entry, in: context.kernel.mirror) { true } else { false }
        }
    }
}
