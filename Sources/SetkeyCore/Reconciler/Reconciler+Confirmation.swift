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
        guard let deadline = confirmation?.deadline else { return nil }
        return deadline <= context.now.monotonic
            ? 0 : Int((deadline - context.now.monotonic + 999_999_999) / 1_000_000_000)
    }

    // MARK: What clients ask

    mutating func reload(_ parameters: ReloadParameters, for caller: Caller, _ context: inout Context) {
        if let seconds = parameters.confirmSeconds, !(1...Self.longestConfirmation).contains(seconds) {
            let message =
                "a reload can wait 1 to \(Self.longestConfirmation) seconds for its confirmation, not \(seconds)"
            return context.out.fail(caller.client, .reloadFailed(messages: [message]))
        }
        context.out.logChange(by: caller, "reload")
        requestReload(for: caller.client, confirmSeconds: parameters.confirmSeconds, &context)
    }

    mutating func confirm(for caller: Caller, _ context: inout Context) {
        guard confirmation != nil else {
            return context.out.fail(caller.client, .nothingPending(reason: "no reload waits for its confirmation"))
        }
        confirmation = nil
        write(.forget, &context)
        context.out.logChange(by: caller, "the last reload is confirmed")
        context.out.log(.notice, "the last reload is confirmed and kept", .confirmed)
        replyWhenRecorded(.confirmed, to: caller.client, &context)
        context.out.rearm()
    }

    mutating func revert(for caller: Caller, _ context: inout Context) {
        guard former != nil else {
            let reason =
                "there is no reload to roll back: none has changed anything since setkeyd was started, or since the "
                + "last one was rolled back"
            return context.out.fail(caller.client, .nothingPending(reason: reason))
        }
        context.out.logChange(by: caller, "revert")
        wishes.reversal = .asked
        wishes.reversedFile = fingerprintInForce
        wishes.reversalClients.append(caller.client)
        beginTransition(&context)
    }

    /// The time is over: nobody has confirmed.
    mutating func confirmationIsOver(_ context: inout Context) {
        guard let over = confirmation else { return }
        confirmation = nil
        context.out.log(
            .warning,
            "the reload was not confirmed within \(over.seconds) s: rolling back to the previous state")
        wishes.reversal = .unconfirmed
        wishes.reversedFile = fingerprintInForce ?? over.record.fingerprint
        beginTransition(&context)
    }

    // MARK: Before a reload is applied

    /// Notes what is in force, and writes down what a daemon must know that comes after a kill: how to go back from a
    /// reload that must be confirmed, and that a file which was rolled back is wanted again.
    mutating func keepFormerState(_ application: Application, _ context: inout Context) {
        // While a confirmation is pending, it is the state before that to which one goes back.
        let state = confirmation == nil ? transition.present : former
        transition.former = state
        if let state, let seconds = transition.confirmSeconds {
            if confirmation == nil { write(.keep(state), &context) }
            write(.confirm(waitingRecord(seconds, application.target, state, context)), &context)
        } else if let confirmation {
            write(.confirm(confirmation.record(of: application.target)), &context)
        } else if rolledBack != nil {
            write(.forget, &context)
        }
    }

    private func waitingRecord(_ seconds: Int, _ target: Target, _ state: FormerState, _ context: borrowing Context)
        -> ConfirmationRecord
    {
        ConfirmationRecord(
            status: .waiting, seconds: seconds, deadline: context.now.seconds + seconds,
            fingerprint: target.fingerprint ?? .none, endedAt: state.endedAt)
    }

    // MARK: After it

    /// A reload has been applied: from now on there is a way back, and maybe a time within which to confirm.
    mutating func settleConfirmation(_ application: Application, _ context: inout Context) {
        if let state = transition.former {
            context.out.discard(former, size: former?.declared.count ?? 0)
            former = state
        }
        // A reload that changes nothing has no former state of its own: it can only begin the time of another one anew.
        let state = transition.former ?? (confirmation == nil ? nil : former)
        if let seconds = transition.confirmSeconds, let state {
            let record = waitingRecord(seconds, application.target, state, context)
            confirmation = Confirmation(
                seconds: seconds, deadline: context.now.monotonic &+ UInt64(seconds) * 1_000_000_000, record: record)
            write(.confirm(record), &context)
            context.out.log(.notice, "the reload must be confirmed within \(seconds) s: setkey --confirm", .pending)
        } else if let pending = confirmation {
            // Another file, and the time runs on.
            let record = pending.record(of: application.target)
            confirmation = Confirmation(seconds: pending.seconds, deadline: pending.deadline, record: record)
            write(.confirm(record), &context)
        } else if rolledBack != nil {
            write(.forget, &context)
        }
        rolledBack = nil
    }

    /// The reload was not carried out: what was pending before it still is, and nothing else.
    mutating func dropConfirmation(_ context: inout Context) {
        guard let state = transition.former else { return }
        if let rolledBack {
            write(.keep(state), &context)
            write(.confirm(rolledBack), &context)
        } else if let confirmation {
            write(.confirm(confirmation.record), &context)
        } else if transition.confirmSeconds != nil {
            write(.forget, &context)
        }
    }

    // MARK: Going back

    /// Begins to go back to the former state.
    mutating func revert(_ context: inout Context) {
        guard let former else { return fail(["there is no previous state"], "there is no previous state", &context) }
        confirmation = nil
        aim(at: Target(desired: former.target, locate: StatementLocator { _ in "" }), &context)
    }

    /// Before going back, what a daemon that comes after this one must know: the file is not to be applied unasked.
    mutating func rememberReversal(_ context: inout Context) {
        // One that is remembered is written down already.
        guard let former, transition.cause != .revert(.remembered) else { return }
        let record = ConfirmationRecord(
            status: .reverted, seconds: 0, deadline: context.now.seconds,
            fingerprint: transition.reversedFile ?? .none, endedAt: former.endedAt)
        write(.keep(former), &context)
        write(.confirm(record), &context)
        rolledBack = record
    }

    /// The former state is in force again, as far as the kernel let it.
    mutating func reverted(_ application: Application, _ context: inout Context) {
        guard let former, case .revert(let reversal) = transition.cause else { return }
        let foreign = OwnedIdentities(foreignOf: former)
        // Foreign entries that the reload had made its own are released, too.
        transition.released.associations += foreign.associations.filter { ownership.owns($0) }
        transition.released.policies += foreign.policies.filter { ownership.owns($0) }
        takeOver(former.declared, application.target, &context)
        context.out.discard(former, size: former.declared.count)
        self.former = nil
        let file = settings.configurationPath
        let how =
            switch reversal {
            case .asked: "rolled back"
            case .unconfirmed: "not confirmed, so it was rolled back"
            case .remembered: "rolled back before the restart"
            }
        let outcome = "the last reload was \(how): the previous state is in force, and \(file) is not applied"
        trouble = outcome
        logFailures(of: application, &context)
        context.out.log(.warning, "\(outcome); edit it, or run setkey --reload", .rolledBack)
        guard application.failures.isEmpty, transition.unfinished.isEmpty else {
            let why =
                "\(counted(transition.unfinished.count, "step")) of the rollback could not be carried out; the others remain "
                + "applied"
            return fail(
                application.failures + [why], "\(outcome); \(why)", errno: application.errno ?? .inputOutputError,
                &context)
        }
        succeed(application, warnings: [], outcome: "\(how): the previous state is in force", &context)
    }

    // MARK: At the start

    /// Takes over what a daemon before this one left behind.
    mutating func restore(_ state: RestoredState, _ context: inout Context) {
        restored = state.ownership
        if state.ownership.life == settings.kernelLife {
            ownership.leftover = state.ownership.identities
            fingerprintInForce = state.ownership.fingerprint
            context.recorder.restore(lineCount: state.ownership.lineCount)
        } else {
            // What the names stood for went with the tables.
            let nothing = snapshot(context)
            context.out.perform(context.recorder.rewrite(nothing))
        }
        guard let (record, former) = state.confirmation else { return }
        self.former = former
        if let life = state.ownership.life, life != settings.kernelLife { self.former?.forgetForeign() }
        let left = record.secondsLeft(at: context.now.seconds)
        switch record.status {
        case .reverted: rolledBack = record
        case .waiting where left == 0:
            context.out.log(
                .warning,
                "the reload before the restart was not confirmed within \(record.seconds) s: rolling back to the "
                    + "previous state")
            wishes.reversal = .unconfirmed
            wishes.reversedFile = record.fingerprint
        case .waiting:
            confirmation = Confirmation(
                seconds: record.seconds, deadline: context.now.monotonic &+ UInt64(left) * 1_000_000_000, record: record
            )
            context.out.log(
                .warning, "a reload from before the restart must be confirmed within \(left) s: setkey --confirm",
                .pending)
        }
    }

    /// Whether SIGHUP alone asks for the very file that was rolled back: then nothing is done. Closing the terminal of a
    /// daemon in the foreground sends it, too, and must not bring the file back.
    mutating func refusesHangup(_ file: LoadedConfiguration, _ context: inout Context) -> Bool {
        guard transition.clients.isEmpty, let record = rolledBack, record.fingerprint == file.fingerprint else {
            return false
        }
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
        guard let record = rolledBack else { return false }
        guard record.fingerprint == file.fingerprint, former != nil else {
            rolledBack = nil
            former = nil
            write(.forget, &context)
            return false
        }
        transition.cause = .revert(.remembered)
        transition.reversedFile = file.fingerprint
        revert(&context)
        return true
    }
}

extension OwnedIdentities {
    /// The names of the foreign entries of a former state.
    fileprivate init(foreignOf state: FormerState) {
        self.init()
        associations = Set(state.foreignAssociations.map(\.identity))
        policies = Set(state.foreignPolicies.map(\.identity))
    }
}
