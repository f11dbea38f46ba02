import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// The configuration file: asked for, read, and in force.

extension Reconciler {
    /// SIGHUP. Nobody waits for its end, and nobody may have meant it: a terminal that is closed sends it, too.
    mutating func hangUp(_ context: inout Context) {
        context.out.log(.notice, "SIGHUP: reloading \(settings.configurationPath)")
        requestReload(for: nil, &context)
    }

    /// SIGHUP, or a client's call.
    mutating func requestReload(
        for client: ClientID?, confirmSeconds: Int? = nil, turning turn: MainSwitch.Turn? = nil,
        _ context: inout Context
    ) {
        wishes.add(ReloadWish(clients: client.map { [$0] } ?? [], confirmSeconds: confirmSeconds, turn: turn))
        beginTransition(&context)
    }

    /// Begins what a reload is, by the switch as it is and as it is to be.
    mutating func reload(_ wish: ReloadWish, _ context: inout Context) {
        switch (wish.turn, isOff: mainSwitch.isOff) {
        case (.off, _): aim(at: nothing, &context)
        case (.on, false): stayOn(&context)
        case (.on, true), (nil, false): readFile(&context)
        case (nil, true): refuseReload(&context)
        }
    }

    mutating func readFile(_ context: inout Context) {
        enter(.reading(isOutdated: false))
        context.out.perform(.readConfiguration(.transition))
    }

    /// The shell has read the file.
    mutating func read(_ configuration: Configuration, for purpose: ReadPurpose, _ context: inout Context) {
        switch purpose {
        case .transition: read(configuration, &context)
        case .plan(let number): planFile(configuration, number, &context)
        }
    }

    private mutating func read(_ configuration: Configuration, _ context: inout Context) {
        guard let transition, case .reading(let isOutdated) = transition.phase else { return }
        guard !isOutdated else { return readFile(&context) }
        switch unmissed(configuration) {
        case .loaded(let file) where file.needsRicherTraits:
            enter(.moving)
            context.kernel.moveToRicher()
        case .loaded(let file):
            if case .start = transition.cause, isRolledBack(file, &context) { return }
            if case .reload(let wish) = transition.cause, refusesHangup(wish, file, &context) { return }
            let warnings = shortened(file.warnings)
            for warning in warnings { context.out.log(.warning, warning, .fileWarning) }
            var target = Target(
                desired: file.desired.at(context.now.seconds), warnings: warnings, locate: file.locate,
                fingerprint: file.fingerprint)
            target.writtenAt = file.modifiedAt
            if let why = doubt(of: file, context) { return refuseClock(why, file, target, &context) }
            aim(at: target, &context)
        case .absent(let path):
            context.out.log(.notice, "\(path) does not exist; treating it as empty: nothing is declared")
            aim(at: Target(desired: .empty, locate: StatementLocator { _ in path }), &context)
        case .invalid(let messages):
            for message in messages { context.out.log(.error, message, .fileError) }
            let path = settings.configurationPath
            context.out.log(.error, "\(path) has errors: nothing of it was applied", .fileError)
            let former = if case .start = transition.cause { "" } else { ", and the previous state is in force" }
            fail(
                messages,
                "the file has errors (see setkeyd --check --config \(path)): nothing of it was applied\(former)",
                &context)
        }
    }

    /// The default file, before it is first written, declares nothing. If entries are of it, it has been mislaid: all of
    /// them go only if that is said, by an empty one.
    func unmissed(_ configuration: Configuration) -> Configuration {
        guard case .absent(let path) = configuration, !ownership.isEmpty else { return configuration }
        return .invalid([
            "\(path) does not exist, and entries in the kernel are of it; to have them removed, make an empty one"
        ])
    }

    /// The kernel is spoken to by the interface that the file needs; or that could not be opened.
    mutating func moved(_ failure: String?, _ context: inout Context) {
        switch (transition?.phase, failure) {
        case (.reading, nil): enter(.reading(isOutdated: true))
        case (.moving, nil): readFile(&context)
        case (.moving, let failure?):
            let former = if case .start = transition?.cause { "" } else { ", and the previous state is in force" }
            fail([failure], "the file needs another kernel interface: nothing of it was applied\(former)", &context)
        // What waited for a better sight goes on with this one.
        case (_, _?): advanceTransition(&context)
        case (_, nil): break
        }
    }

    /// Warnings as the log and the client of a reload get them: what is true of each line of a long file is not said for
    /// each, with every reload.
    func shortened(_ warnings: [String]) -> [String] {
        let limit = 10
        guard warnings.count > limit else { return warnings }
        return warnings.prefix(limit)
            + ["further warnings are not shown; all: setkeyd --check --config \(settings.configurationPath)"]
    }

    // MARK: The end

    /// The plan of a file has been applied as far as it could be.
    mutating func reloaded(_ verification: Verification, _ context: inout Context) {
        let (application, unfinished) = (verification.application, verification.unfinished)
        takeOver(application.target.desired, verification, &context)
        if case .reload(let wish) = transition?.cause {
            turn(wish, application, &context)
            settleConfirmation(wish, application, &context)
        }
        var messages = application.failures
        logFailures(of: application, &context)
        var warnings = application.target.warnings
        for warning in replacements(verification.replaced, application.target) {
            context.out.log(.warning, warning, .fileWarning)
            warnings.append(warning)
        }
        let unreachable = unreachableEntries(verification.unreachable, context.kernel.traits)
        for warning in unreachable { context.out.log(.warning, warning, .refused) }
        warnings += unreachable
        let counts = "\(entriesInForce(and: " and ")) declared"
        guard verification.isSuccess else {
            for step in unfinished.prefix(20) {
                context.out.log(
                    .error, "the kernel differs from the file: \(step.phrase): \(step.reason.phrase)", .refused,
                    step.change.entry.logFields + [LogField(.reason, step.reason)])
            }
            let why =
                "not settled: \(counted(unfinished.count, "step")) of the plan could not be carried out; the others remain "
                + "applied"
            context.out.log(.error, "\(why); \(counts)", .refused)
            messages.append(why)
            return fail(messages, why, errno: application.errno ?? .inputOutputError, &context)
        }
        guard !mainSwitch.isOff else { return isOff(application, warnings: warnings, &context) }
        context.out.log(
            .notice, "settled: \(counts), \(counted(application.writes, "kernel write"))", .settled,
            [LogField(.writes, application.writes)])
        tellWaiting(nil, &context)
        standing.settle()
        succeed(
            application, warnings: warnings, outcome: "done: \(counted(application.writes, "kernel write"))", &context)
    }

    /// The state is in force from now on; what it no longer names is nobody's, or still to be removed.
    ///
    /// - Parameter released: what is no longer the file's besides.
    mutating func takeOver(
        _ desired: DesiredState, _ verification: Verification, alsoReleasing released: NameLists = NameLists(),
        _ context: inout Context
    ) {
        context.out.discard(ownership, drift.known, size: state.size + drift.drifted.count)
        let addition = state.become(desired, by: verification, releasing: released, at: context.now)
        write(addition, &context)
        let owned = state.snapshot(at: context.now)
        if context.recorder.isLong(for: owned.entryCount) { context.out.perform(context.recorder.rewrite(owned)) }
        let target = verification.application.target
        timekeeping.begin(desired, writtenAt: target.writtenAt, target.doubt)
        tellKeyEnds(&context)
        drift.begin(with: verification.remainder)
        beginTidying(&context)
        openArrivalPorts(&context)
    }

    /// What the kernel refused, with its errno.
    mutating func logFailures(of application: Application, _ context: inout Context) {
        for failure in application.failures {
            context.out.log(
                .error, failure, .refused,
                [LogField(.author, "file"), LogField(.errno, application.errno?.rawValue ?? 0)])
        }
    }

    /// What the file wants away and the kernel interface cannot reach, said for each: it is no reason not to start.
    private func unreachableEntries(_ steps: StepSample, _ traits: KernelTraits) -> [String] {
        var warnings = steps.first.map { step in
            let object = if case .policy = step.change.entry { "policy" } else { "state" }
            return
                "warning: \(step.change.entry.phrase) stays: the kernel lists it, but does not find it by what "
                + "\(traits.name) can say, because it has a mark or an interface id; delete it with 'ip xfrm \(object) delete'"
        }
        if steps.restCount > 0 { warnings.append("warning: \(steps.restCount) more such entries stay") }
        return warnings
    }

    /// What a key change under an old SPI costs, said for each.
    func replacements(_ steps: StepSample, _ target: Target) -> [String] {
        var warnings = steps.first.map { step in
            let place = step.origin.map { target.locate($0) + ": " } ?? ""
            return
                "\(place)warning: \(step.phrase): \(step.reason.phrase): deleted and re-added, losing packets in between "
                + "(use a new SPI to avoid this)"
        }
        if steps.restCount > 0 {
            warnings.append("warning: \(counted(steps.restCount, "more SA", "more SAs")) replaced in the same way")
        }
        return warnings
    }

    /// The kernel refused a step, and what was applied has been rolled back.
    mutating func undone(_ application: Application, _ context: inout Context) {
        if case .boundary = transition?.cause { return boundaryUndone(application, &context) }
        logFailures(of: application, &context)
        forgetRecorded(application, &context)
        let lasting = application.notUndone.count + application.overwritten.count
        let exception = lasting == 0 ? "" : ", except for \(counted(lasting, "change")) that could not be rolled back"
        let why =
            switch transition?.cause {
            case .start:
                "the kernel refused a step of the start, which was rolled back: the kernel is as it was before the "
                    + "start\(exception)"
            default: "the kernel refused a step of the last reload, which was rolled back\(exception)"
            }
        context.out.log(.error, why, .undone)
        fail(application.failures, why, errno: application.errno ?? .inputOutputError, &context)
    }

    /// The reload was not carried out: what was written down before it is withdrawn.
    mutating func forgetRecorded(_ application: Application, _ context: inout Context) {
        let addition = state.stay(after: application, at: context.now)
        write(addition, &context)
        dropConfirmation(application, &context)
        forgetTurn(&context)
    }
}
