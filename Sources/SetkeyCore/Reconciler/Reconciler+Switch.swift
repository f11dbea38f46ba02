import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Off and on. To turn off is a reload of nothing: planned, applied, undone and confirmed as any other. It is written down
// before the first step, so that a daemon that comes after a kill goes on with it.

extension Reconciler {
    /// How things stand while nothing is applied.
    var offText: String { "off: nothing of \(settings.configurationPath) is applied until setkey --on" }

    /// Where turning off leads.
    var nothing: Target {
        let path = settings.configurationPath
        return Target(desired: .empty, locate: StatementLocator { _ in path })
    }

    // MARK: What clients ask

    mutating func turn(
        _ turn: MainSwitch.Turn, _ parameters: ReloadParameters, for caller: Caller, _ context: inout Context
    ) {
        guard isPossible(parameters, for: caller, &context) else { return }
        context.out.logChange(by: caller, turn == .off ? "turn off" : "turn on")
        requestReload(for: caller.client, confirmSeconds: parameters.confirmSeconds, turning: turn, &context)
    }

    /// It is off already: a reload, or SIGHUP, applies nothing.
    mutating func refuseReload(_ context: inout Context) {
        context.out.log(.warning, "no reload: \(offText)", .turnedOff)
        fail([offText], offText, &context)
    }

    /// It is on already: whoever turns on does not ask for a reload.
    mutating func stayOn(_ context: inout Context) {
        let reply = ReloadReply(
            writes: 0, associations: inForce.associations.count, policies: inForce.policies.count, warnings: [],
            confirmSeconds: secondsLeftToConfirm(context))
        for client in transition?.clients ?? [] { context.out.reply(client, .reload(reply)) }
        endTransition(&context)
        context.out.perform(standing.goOn(serviceStatus(context)))
        beginTransition(&context)
    }

    // MARK: The way

    /// The last daemon was off, and so is this one.
    mutating func stayOff(_ context: inout Context) {
        context.out.log(.notice, offText, .turnedOff)
        aim(at: nothing, &context)
    }

    /// Whether the transition under way turns the switch to where it is not.
    var turnsSwitch: Bool { transition?.turn.map { ($0 == .off) != mainSwitch.isOff } ?? false }

    /// What is written down of the switch.
    static func mark(_ offSince: Int?, isConfirmed: Bool = true) -> StateChange {
        offSince.map { .turnOff(OffMark(since: $0, isConfirmed: isConfirmed)) } ?? .turnOn
    }

    /// Whether it is off for good, and not until somebody does not confirm it.
    private var isOffConfirmed: Bool { wayBack.confirmation == nil || mainSwitch.last?.turn != .off }

    /// Writes down, before anything is done, where the switch is to be. An older reload is kept, whatever time it had left:
    /// at its end the switch would be turned back. Whoever must still confirm that it is on is off until then, as far as a
    /// daemon knows that comes after a kill.
    mutating func rememberTurn(_ wish: ReloadWish, _ application: Application, _ context: inout Context) {
        switch wish.turn {
        case .off:
            let mustBeConfirmed = wish.confirmSeconds != nil && (!mainSwitch.isOff || !isOffConfirmed)
            let since = mainSwitch.offSince ?? context.now.seconds
            if mustBeConfirmed { keepFormerState(wish, application, &context) }
            write(Self.mark(since, isConfirmed: !mustBeConfirmed), &context)
            if !mustBeConfirmed, wayBack.confirmation != nil { write(.forget, &context) }
        case .on:
            if wish.confirmSeconds == nil { write(.turnOn, &context) }
            if wish.confirmSeconds == nil, wayBack.confirmation != nil {
                write(.forget, &context)
            } else {
                keepFormerState(wish, application, &context)
            }
        case nil: break
        }
    }

    /// The switch was not turned after all: what was written down is withdrawn.
    mutating func forgetTurn(_ context: inout Context) {
        guard transition?.turn != nil else { return }
        write(wayBack.pending, &context)
        write(Self.mark(mainSwitch.offSince, isConfirmed: isOffConfirmed), &context)
    }

    /// What a daemon that comes after this one would not know is not begun.
    mutating func refuseToTurn(_ failure: String, _ application: Application, _ context: inout Context) {
        let turn = transition?.turn?.rawValue ?? ""
        forgetRecorded(application, &context)
        let why = "\(failure); it is not turned \(turn), for that would not outlive a restart"
        for client in transition?.clients ?? [] { context.out.fail(client, .reloadFailed(messages: [why])) }
        end("not turned \(turn): that could not be saved", &context)
    }

    /// What was wanted is in force: the switch is turned.
    mutating func turn(_ wish: ReloadWish, _ application: Application, _ context: inout Context) {
        guard let turn = wish.turn else {
            // From a reload that has changed nothing one does not go back.
            if wayBack.confirmation == nil, application.consequences.present != nil { mainSwitch.forgetLastTurn() }
            return
        }
        let shunned = turn == .off ? wayBack.shunned ?? mainSwitch.last?.shunned : nil
        mainSwitch.turn(turn, at: context.now.seconds, shunning: shunned)
        wishes.forgetUnconfirmed()
        if turn == .off { rememberExpiries(&context) }
        if wish.confirmSeconds == nil, let forgetting = wayBack.stopWaiting() { write(forgetting, &context) }
    }

    /// What has expired stays away when it is on again, though nothing that was declared is any longer.
    private mutating func rememberExpiries(_ context: inout Context) {
        var addition = OwnershipAddition(time: context.now.seconds)
        addition.expired = NameLists(
            associations: Array(ownership.expired.associations.keys), policies: Array(ownership.expired.policies.keys))
        write(addition, &context)
    }

    /// Somebody says that it stays as it was turned last; not if it is being turned again, which is written down.
    mutating func confirmTurn(_ context: inout Context) {
        guard mainSwitch.last != nil, transition?.turn == nil else { return }
        write(Self.mark(mainSwitch.offSince), &context)
    }

    /// Nothing is left that the file owns.
    mutating func isOff(_ application: Application, warnings: [String], _ context: inout Context) {
        let writes = counted(application.writes, "kernel write")
        context.out.log(.notice, "\(offText); \(writes)", .turnedOff, [LogField(.writes, application.writes)])
        tellWaiting(nil, &context)
        standing.hinder(offText)
        succeed(application, warnings: warnings, outcome: "turned off: \(writes)", &context)
    }

    // MARK: Going back

    /// What has come of going back from a turn.
    func outcome(of turn: MainSwitch.LastTurn, _ how: String) -> String {
        let file = settings.configurationPath
        let what = "turning \(turn.turn.rawValue) was \(how)"
        if mainSwitch.isOff { return "\(what): nothing of \(file) is applied" }
        let rest = turn.shunned == nil ? "" : ", and \(file), which was rolled back before that, is not applied"
        return "\(what): the previous state is in force\(rest)"
    }

    /// How things stand after that.
    mutating func stand(after turn: MainSwitch.LastTurn, _ outcome: String) {
        if mainSwitch.isOff { return standing.hinder(offText) }
        turn.shunned == nil ? standing.settle() : standing.hinder(outcome)
    }

    // MARK: At the start

    /// Takes over how the last daemon left the switch.
    ///
    /// - Returns: whether what it left of an unconfirmed reload still means something.
    mutating func restoreSwitch(_ restored: RestoredState, _ context: inout Context) -> Bool {
        guard let mark = restored.off else { return true }
        let waiting = restored.confirmation.map { $0.record.status == .waiting } ?? false
        if mark.isConfirmed {
            mainSwitch.restore(mark, shunning: nil)
            // Of a reload that was kept when it was turned off, or of having turned on, which nobody has confirmed.
            if waiting { write(.forget, &context) }
            return !waiting
        }
        guard waiting, let file = restored.confirmation?.record.fingerprint else {
            // Whoever cut themselves off boots the machine, and is let in.
            context.out.log(.warning, "turning off was not confirmed before the boot: it is on again", .rolledBack)
            write(.turnOn, &context)
            return true
        }
        mainSwitch.restore(mark, shunning: file == .none ? nil : file)
        return true
    }
}
