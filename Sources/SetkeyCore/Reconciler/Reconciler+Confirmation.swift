import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Going back: at once, or because nobody has confirmed in time; also when the daemon was restarted in between.

extension Reconciler {
    /// The longest that a reload may wait for its confirmation, in seconds.
    static var longestConfirmation: Int { 86_400 }

    /// How long the last reload waits for its confirmation, in seconds; `nil` if none does.
    func secondsLeftToConfirm(_ context: borrowing Context) -> Int? {
        wayBack.confirmation?.secondsLeft(at: context.now)
    }

    // MARK: What clients ask

    mutating func reload(_ parameters: ReloadParameters, for caller: Caller, _ context: inout Context) {
        guard isPossible(parameters, for: caller, &context) else { return }
        context.out.logChange(by: caller, "reload")
        requestReload(for: caller.client, confirmSeconds: parameters.confirmSeconds, &context)
    }

    /// Whether a reload can wait as long as is asked; says so to the caller if not.
    func isPossible(_ parameters: ReloadParameters, for caller: Caller, _ context: inout Context) -> Bool {
        guard let seconds = parameters.confirmSeconds, !(1...Self.longestConfirmation).contains(seconds) else {
            return true
        }
        let message = "a reload can wait 1 to \(Self.longestConfirmation) seconds for its confirmation, not \(seconds)"
        context.out.fail(caller.client, .reloadFailed(messages: [message]))
        return false
    }

    mutating func confirm(for caller: Caller, _ context: inout Context) {
        guard let forgetting = wayBack.confirm() else {
            return context.out.fail(caller.client, .nothingPending(reason: "no reload waits for its confirmation"))
        }
        confirmTurn(&context)
        // The next one may be on its way, which is to be confirmed itself: it goes back to what has just been confirmed.
        if case .reload(let wish) = transition?.cause, wish.confirmSeconds != nil,
            let application = transition?.application, application.consequences.present != nil
        {
            keepFormerState(wish, application, &context)
        } else {
            write(forgetting, &context)
        }
        context.out.logChange(by: caller, "the last reload is confirmed")
        context.out.log(.notice, "the last reload is confirmed and kept", .confirmed)
        replyWhenRecorded(.confirmed, to: caller.client, &context)
        context.out.rearm()
    }

    mutating func revert(for caller: Caller, _ context: inout Context) {
        guard wayBack.former != nil else {
            let reason =
                "there is no reload to roll back: none has changed anything since setkeyd was started, or since the "
                + "last one was rolled back"
            return context.out.fail(caller.client, .nothingPending(reason: reason))
        }
        context.out.logChange(by: caller, "revert")
        wishes.add(ReversalWish(reversal: .asked, file: fileToRollBack, clients: [caller.client]))
        beginTransition(&context)
    }

    /// The time is over: nobody has confirmed.
    mutating func confirmationIsOver(_ over: Confirmation, _ context: inout Context) {
        context.out.log(
            .warning,
            "the reload was not confirmed within \(over.seconds) s: rolling back to the previous state")
        wishes.add(ReversalWish(reversal: .unconfirmed, file: fileToRollBack ?? over.record.fingerprint))
        beginTransition(&context)
    }

    /// Which file one goes back from; of the switch the one that had been rolled back before, if one had.
    private var fileToRollBack: Fingerprint? {
        if let last = mainSwitch.last { last.shunned } else { state.fingerprint }
    }

    /// Which file a record of a reload is about.
    private func recordedFile(_ wish: ReloadWish, _ application: Application) -> Fingerprint {
        if wish.turn == .off { return wayBack.shunned ?? mainSwitch.last?.shunned ?? .none }
        return application.target.fingerprint ?? .none
    }

    // MARK: A reload

    /// Where one goes back to from a reload that is on its way; `nil` if it changes nothing. A confirmation, and the end
    /// of the time for it, may come meanwhile.
    private func formerState(of application: Application) -> FormerState? {
        application.consequences.present.map(wayBack.state(before:))
    }

    /// Writes down, before a reload is applied, what a daemon must know that comes after a kill.
    mutating func keepFormerState(_ wish: ReloadWish, _ application: Application, _ context: inout Context) {
        guard let former = formerState(of: application) else { return }
        let changes = wayBack.changes(
            before: recordedFile(wish, application), confirmedWithin: wish.confirmSeconds, wayBackTo: former,
            at: context.now)
        write(changes, &context)
    }

    /// A reload has been applied: from now on there is a way back, and maybe a time within which to confirm.
    mutating func settleConfirmation(_ wish: ReloadWish, _ application: Application, _ context: inout Context) {
        let former = formerState(of: application)
        if former != nil, let displaced = wayBack.former {
            context.out.discard(displaced, size: displaced.declared.count)
        }
        let (change, isTimeBegun) = wayBack.settle(
            recordedFile(wish, application), confirmedWithin: wish.confirmSeconds, wayBackTo: former, at: context.now)
        if let change { write(change, &context) }
        guard isTimeBegun, let seconds = wish.confirmSeconds else { return }
        context.out.log(.notice, "the reload must be confirmed within \(seconds) s: setkey --confirm", .pending)
    }

    /// The reload was not carried out: what was written down of the way back is withdrawn.
    mutating func dropConfirmation(_ application: Application, _ context: inout Context) {
        guard let former = formerState(of: application) else { return }
        write(wayBack.changes(withdrawing: former, confirmedWithin: transition?.confirmSeconds), &context)
    }

    // MARK: Going back

    /// Begins to go back to the former state.
    mutating func revert(_ wish: ReversalWish, _ context: inout Context) {
        begin(.revert(wish), &context)
        guard let former = wayBack.begin() else {
            return fail(["there is no previous state"], "there is no previous state", &context)
        }
        var target = Target(
            desired: former.target(at: moment(for: former, context)), locate: StatementLocator { _ in "" })
        target.writtenAt = former.endedAt
        aim(at: target, &context)
    }

    /// Before going back, what a daemon that comes after this one must know: the file is not to be applied unasked.
    mutating func rememberReversal(_ wish: ReversalWish, _ context: inout Context) {
        // One that is remembered is written down already.
        guard wish.reversal != .remembered else { return }
        if let last = mainSwitch.last { write(Self.mark(last.offSince), &context) }
        // Since it was wished, another reload may have ended. At a start there is none yet, and the record knows.
        let file = mainSwitch.last != nil || state.hasBeenInForce ? fileToRollBack : wish.file
        write(wayBack.rollBack(file ?? .none, at: context.now), &context)
    }

    /// The former state is in force again, as far as the kernel let it.
    mutating func reverted(_ reversal: ReversalWish.Reversal, _ verification: Verification, _ context: inout Context) {
        guard let former = wayBack.end() else { return }
        let application = verification.application
        let turn = mainSwitch.last
        mainSwitch.turnBack()
        // Foreign entries that the reload had made its own are released, too.
        takeOver(
            former.declared.at(application.target.desired.moment), verification,
            alsoReleasing: ownership.owned(ofForeignIn: former), &context)
        context.out.discard(former, size: former.declared.count)
        let file = settings.configurationPath
        let how =
            switch reversal {
            case .asked: "rolled back"
            case .unconfirmed: "not confirmed, so it was rolled back"
            case .remembered: "rolled back before the restart"
            }
        let outcome =
            turn.map { self.outcome(of: $0, how) }
            ?? "the last reload was \(how): the previous state is in force, and \(file) is not applied"
        if let turn { stand(after: turn, outcome) } else { standing.hinder(outcome) }
        logFailures(of: application, &context)
        context.out.log(.warning, turn != nil ? outcome : "\(outcome); edit it, or run setkey --reload", .rolledBack)
        guard verification.isSuccess else {
            let why =
                "\(counted(verification.unfinished.count, "step")) of the rollback could not be carried out; the others remain "
                + "applied"
            return fail(
                application.failures + [why], "\(outcome); \(why)", errno: application.errno ?? .inputOutputError,
                &context)
        }
        succeed(application, warnings: [], outcome: "\(how): the previous state is in force", &context)
    }

    // MARK: At the start

    /// Takes over what a daemon before this one left behind.
    mutating func restore(_ restored: RestoredState, _ context: inout Context) {
        if state.restore(restored.ownership, life: settings.kernelLife) {
            context.recorder.restore(lineCount: restored.ownership.lineCount)
        } else {
            // What the names stood for went with the tables.
            let nothing = state.snapshot(at: context.now)
            context.out.perform(context.recorder.rewrite(nothing))
        }
        guard restoreSwitch(restored, &context), let (record, former) = restored.confirmation else { return }
        let isOfOtherTables = restored.ownership.life.map { $0 != settings.kernelLife } ?? false
        restore(record, isOfOtherTables ? former.withoutForeign : former, &context)
    }

    private mutating func restore(_ record: ConfirmationRecord, _ former: FormerState, _ context: inout Context) {
        wayBack.restore(record, former, at: context.now)
        guard record.status == .waiting else { return }
        if wayBack.confirmation == nil {
            context.out.log(
                .warning,
                "the reload before the restart was not confirmed within \(record.seconds) s: rolling back to the "
                    + "previous state")
            wishes.add(ReversalWish(reversal: .unconfirmed, file: record.fingerprint))
        } else {
            let left = record.secondsLeft(at: context.now.seconds)
            context.out.log(
                .warning, "a reload from before the restart must be confirmed within \(left) s: setkey --confirm",
                .pending)
        }
    }

    /// Whether SIGHUP alone asks for the very file that was rolled back: then nothing is done. Closing the terminal of a
    /// daemon in the foreground sends it, too, and must not bring the file back.
    mutating func refusesHangup(_ wish: ReloadWish, _ file: LoadedConfiguration, _ context: inout Context) -> Bool {
        guard wish.clients.isEmpty, wayBack.wasRolledBack(file.fingerprint) else { return false }
        let path = settings.configurationPath
        context.out.log(
            .warning,
            "SIGHUP does not apply \(path), because it was rolled back and has not changed since: edit it, or run setkey "
                + "--reload to apply it as it is",
            .rolledBack)
        end("SIGHUP: \(path) was rolled back before, and is not applied", &context)
        return true
    }

    /// Whether the file is the very one that was rolled back: then the former state is led to instead.
    mutating func isRolledBack(_ file: LoadedConfiguration, _ context: inout Context) -> Bool {
        guard wayBack.wasRolledBack(file.fingerprint), wayBack.former != nil else {
            write(wayBack.forgetRollback(), &context)
            return false
        }
        revert(ReversalWish(reversal: .remembered, file: file.fingerprint), &context)
        return true
    }
}

extension Ownership {
    /// The names of what was foreign in a former state, and is the file's now.
    fileprivate func owned(ofForeignIn state: FormerState) -> NameLists {
        NameLists(
            associations: Set(state.foreignAssociations.map(\.identity)).filter { owns($0) },
            policies: Set(state.foreignPolicies.map(\.identity)).filter { owns($0) })
    }
}
