import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// A transition's way: tune the kernel, plan, write down, apply, verify. What begins one and what ends it stands in the files beside.

extension Reconciler {
    /// Begins what is wanted next, if nothing is under way.
    mutating func beginTransition(_ context: inout Context) {
        guard isIdle else { return }
        switch wishes.next() {
        case .reversal(let wish): revert(wish, &context)
        case .devices(let wish):
            begin(.devices(wish), &context)
            aim(at: state.target, &context)
        case .reload(let wish):
            begin(.reload(wish), &context)
            reload(wish, &context)
        case nil:
            keepTime(&context)
            checkDrift(&context)
        }
    }

    /// Goes on with what waited for the mirror.
    mutating func advanceTransition(_ context: inout Context) {
        switch transition?.phase {
        case nil: beginTransition(&context)
        case .waitingForMirror(let target): aim(at: target, &context)
        case .remembering: continueRemembering(&context)
        case .verifying: continueVerifying(&context)
        case .begun, .treating, .reading, .moving, .tuning, .planning, .recording, .applying: break
        }
    }

    // MARK: Plan

    /// Leads to `target` as soon as the mirror is true.
    mutating func aim(at target: Target, _ context: inout Context) {
        enter(.waitingForMirror(target))
        guard context.kernel.isMirrorTrue else { return }
        if case .devices(let wish) = transition?.cause {
            guard context.kernel.isOver(wish.ticket, of: .policies) else { return }
            return followDevices(wish, &context)
        }
        if case .boundary = transition?.cause { return planBoundary(to: target, &context) }
        // What has expired is remembered for the time when it is on again.
        if !mainSwitch.isOff || transition?.turn == .on,
            let record = state.takeMemory(of: target, isReversal: transition?.isRemembered == true)
        {
            enter(.remembering(target, record, position: 0))
            return continueRemembering(&context)
        }
        beginTuning(for: target, &context)
    }

    mutating func beginPlan(to target: Target, _ context: inout Context) {
        var scope = PlanBuilder.Scope.everything
        var claimable: DesiredState?
        var present: FormerState?
        switch transition?.cause {
        // The foreign entries that come back are nobody's but theirs.
        case .revert: claimable = wayBack.former.map { $0.declared.at(moment(for: $0, context)) } ?? .empty
        case .reload: present = FormerState(declared: inForce, endedAt: context.now.seconds)
        case .repair: scope = .declared
        case .start: claimRemnants(&context)
        case .devices, .boundary, nil: break
        }
        var sight = sight(context)
        sight.adoptsSecrets = !state.hasBeenInForce && transition?.leadsWhereTheKernelIs == true
        let builder = PlanBuilder(
            to: target.desired, ownership: ownership, scope: scope, claimable: claimable, keeping: present,
            seeing: sight)
        enter(.planning(target, builder))
        continuePlanning(&context)
    }

    /// What a plan is made by.
    func sight(_ context: borrowing Context) -> PlanSight {
        var sight = PlanSight()
        sight.incomplete = context.kernel.incompleteDatabases
        sight.tellsRareNames = context.kernel.traits.carriesMarks
        return sight
    }

    mutating func continuePlanning(_ context: inout Context) {
        guard case .planning(let target, var builder) = transition?.phase else { return }
        // One reference to what the builder has gathered.
        enter(.begun)
        guard advance(&builder, &context) else { return enter(.planning(target, builder)) }
        let steps = builder.plan.steps
        if builder.adoptedCount > 0 {
            context.out.log(
                .warning,
                "the kernel is locked down and does not tell keys: those of \(counted(builder.adoptedCount, "SA")) are taken "
                    + "to be the file's")
        }
        context.out.discard(builder, size: steps.count)
        if case .repair = transition?.cause { return repair(steps, of: nil, &context) }
        record(steps, Consequences(of: builder, turns: turnsSwitch), to: target, &context)
    }

    /// Goes on with a plan for one turn of the loop; `true` if it is complete, and else another turn has been asked for.
    mutating func advance(_ builder: inout PlanBuilder, _ context: inout Context) -> Bool {
        builder.advance(&context.kernel.mirror, count: Daemon.slice)
        if !builder.isDone { context.out.askTurn() }
        return builder.isDone
    }

    // MARK: Write down

    /// Writes down what a daemon that comes after this one must know, before anything of the plan is asked of the
    /// kernel.
    mutating func record(
        _ steps: StepList, _ consequences: Consequences, to target: Target, _ context: inout Context
    ) {
        guard let cause = transition?.cause else { return }
        let application = Application(
            steps, consequences, to: target, temper: cause.temper, incomplete: context.kernel.incompleteDatabases,
            continuesNumbers: context.kernel.traits.carriesOptions)
        enter(.recording(application))
        var addition = OwnershipAddition(time: context.now.seconds)
        // What is right already is the file's when that is in force. Of a file that never came into force, nothing is
        // owned that it left as it was.
        addition.claimed = consequences.claimed
        addition.claimed += consequences.reborn
        write(addition, &context)
        switch cause {
        case .reload(let wish) where wish.turn == nil: keepFormerState(wish, application, &context)
        case .reload(let wish): rememberTurn(wish, application, &context)
        case .revert(let wish): rememberReversal(wish, &context)
        case .start, .repair, .devices, .boundary: break
        }
        applyIfRecorded(&context)
    }

    mutating func write(_ addition: OwnershipAddition, _ context: inout Context) {
        let snapshot = state.snapshot(at: context.now)
        context.out.perform(context.recorder.append(addition, to: snapshot))
    }

    mutating func write(_ change: StateChange, _ context: inout Context) {
        context.out.perform(context.recorder.write(change))
    }

    mutating func write(_ changes: [StateChange], _ context: inout Context) {
        for change in changes { write(change, &context) }
    }

    /// Something has been written down, or could not be.
    mutating func recorded(_ complaint: String?, _ context: inout Context) {
        let replies = context.recorder.ended(complaint)
        if let complaint {
            context.out.log(.error, complaint)
            noteRecordFailure(complaint)
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
        guard context.recorder.isIdle, let transition, case .recording(let application) = transition.phase else {
            return
        }
        if let failure = transition.recordFailure, transition.turn != nil {
            return refuseToTurn(failure, application, &context)
        }
        if let failure = transition.recordFailure, transition.confirmSeconds != nil, !application.steps.isEmpty {
            forgetRecorded(application, &context)
            let why = "\(failure); a reload that could not be rolled back after a crash is not started"
            return fail([why], "the last reload was not started: the previous state could not be saved", &context)
        }
        enter(.applying(application))
        finishApplicationIfOver(&context)
    }

    // MARK: Apply

    /// The next requests of the plan that is being applied, and how they are to be asked.
    mutating func nextRequests(
        _ context: inout Context
    ) -> (items: [RequestRun.Item], manner: Flight.Manner)? {
        guard case .applying(var application) = transition?.phase else { return nil }
        enter(.begun)
        var items: [RequestRun.Item] = []
        let now = context.now.monotonic
        while items.count < Conversation.burst, let item = application.next(at: now, in: context.kernel.mirror) {
            items.append(item)
        }
        if application.deadline(at: now) != nil { context.out.rearm() }
        enter(.applying(application))
        guard !items.isEmpty else {
            // It may have failed without having asked anything.
            finishApplicationIfOver(&context)
            return nil
        }
        let manner = Flight.Manner(
            stopsAtRefusal: !application.isUndoing, keepsFormer: application.keepsFormer)
        return (items, manner)
    }

    /// A request of the plan has ended.
    mutating func ended(
        _ item: RequestRun.Item, _ outcome: Outcome, former: FormerEntries, _ context: inout Context
    ) {
        guard case .applying(var application) = transition?.phase else { return }
        enter(.begun)
        application.ended(item, outcome, former: former)
        enter(.applying(application))
        finishApplicationIfOver(&context)
    }

    private mutating func finishApplicationIfOver(_ context: inout Context) {
        guard case .applying(let application) = transition?.phase, application.isOver else { return }
        var dumps: [DatabaseName: Int] = [:]
        for database in application.doubted { dumps[database] = context.kernel.read(again: database) }
        enter(.verifying(Verification(of: application, awaiting: dumps)))
        continueVerifying(&context)
    }

    // MARK: Verify

    /// Looks at what has been applied, as soon as the mirror is true again.
    mutating func continueVerifying(_ context: inout Context) {
        guard let cause = transition?.cause, case .verifying(var verification) = transition?.phase,
            context.kernel.isMirrorTrue,
            verification.awaited.allSatisfy({ context.kernel.isOver($0.value, of: $0.key) })
        else { return }
        guard !verification.application.isUndoing else { return undone(verification.application, &context) }
        enter(.begun)
        let looked = verification.advance(Daemon.slice, in: context.kernel.mirror, ownership)
        if case .repair = cause {
            for (step, isDone) in looked { drift.repaired(step, isDone: isDone) }
        }
        enter(.verifying(verification))
        guard verification.isDone else { return context.out.askTurn() }
        switch cause {
        case .repair: repaired(verification, &context)
        case .devices(let wish): devicesFollowed(wish, verification, &context)
        case .boundary: boundaryPassed(verification, &context)
        case .revert(let wish): reverted(wish.reversal, verification, &context)
        case .start, .reload: reloaded(verification, &context)
        }
    }
}
