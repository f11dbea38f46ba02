import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

// Declarations that begin and end: at each boundary the kernel is led to the state of the moment, by the steps that differ.

extension Reconciler {
    /// When the shell is to call by the wall clock.
    func clockCall(at now: Instant) -> ClockCall? { timekeeping.call(for: inForce, at: now.seconds) }

    /// The moment that was asked for has come, or the clock has been set.
    mutating func clockCalled(_ context: inout Context) {
        context.out.rearm()
        if let doubt = timekeeping.believe(at: context.now.seconds) {
            let consequence = doubt.awaitsFile ? ": reading \(settings.configurationPath)" : ""
            context.out.log(.notice, "the clock is set\(consequence)", .clockDoubted)
            context.out.tellStatus()
            if doubt.awaitsFile { wishes.add(ReloadWish()) }
        }
        tellKeyEnds(&context)
        beginTransition(&context)
    }

    /// Tells which policies are about to be without an SA.
    mutating func tellKeyEnds(_ context: inout Context) {
        let now = context.now.seconds
        let told = timekeeping.takeKeyEnds(at: now).flatMap { end in end.policies.map { (end, $0) } }
        for (end, declared) in told.prefix(20) {
            let isLate = end.moment - now <= KeyEnds.leads.last ?? 0
            context.out.log(
                isLate ? .error : .warning,
                "\(state.place(declared.origin))policy \(declared.entry.identity.phrase) has no SA from "
                    + "\(CalendarTime(end.moment)) on, in \(Self.rest(end.moment - now)): declare the next one",
                .keyEnds, declared.entry.logFields + [LogField(.statement, state.locate(declared.origin))])
        }
        guard told.count > 20 else { return }
        let rest = counted(told.count - 20, "more policy is", "more policies are")
        context.out.log(.warning, "\(rest) going to be without an SA", .summary)
    }

    /// `7 days`, `24 hours`, `60 minutes`.
    private static func rest(_ seconds: Int) -> String {
        switch seconds {
        case 172_800...: counted(seconds / 86_400, "day")
        case 7200...: counted(seconds / 3600, "hour")
        default: counted(max(1, seconds / 60), "minute")
        }
    }

    /// What `Schedule` tells: by a clock that is not believed, what comes after the moment that has been.
    func toldSchedule(at now: Instant) -> ToldSchedule {
        guard let doubt = timekeeping.doubt, let awaited = doubt.awaited else {
            return ToldSchedule(
                schedule: inForce.schedule, locate: state.locate, since: max(now.seconds, inForce.moment),
                clockDoubt: timekeeping.doubt?.text)
        }
        return ToldSchedule(
            schedule: awaited.schedule, locate: awaited.locate, since: doubt.moment, clockDoubt: doubt.text)
    }

    /// Begins what the time asks for, if nothing else is under way.
    mutating func keepTime(_ context: inout Context) {
        guard isChangeDue(at: context.now.seconds) else { return }
        guard isClockTrusted(since: timekeeping.writtenAt, context) else {
            return doubtClock(
                until: timekeeping.writtenAt, "the kernel keeps what is in force at \(CalendarTime(inForce.moment))",
                &context)
        }
        begin(.boundary, &context)
        var target = state.target
        target.desired = inForce.at(context.now.seconds)
        aim(at: target, &context)
    }

    private func isChangeDue(at moment: Int) -> Bool { isIdle && timekeeping.isDue(inForce, at: moment) }

    // MARK: The clock

    /// Whether the clock says that it is after a moment that has been.
    func isClockTrusted(since moment: Int, _ context: borrowing Context) -> Bool {
        settings.trustsClock || context.now.seconds >= moment
    }

    /// The moment at which a former state is to be in force again: not before it ended, whatever the clock says.
    func moment(for former: FormerState, _ context: borrowing Context) -> Int {
        settings.trustsClock ? context.now.seconds : max(context.now.seconds, former.endedAt)
    }

    /// Why the file cannot be applied by this clock; `nil` if it can, or says nothing of time.
    func doubt(of file: LoadedConfiguration, _ context: borrowing Context) -> String? {
        guard file.desired.schedule != nil, !isClockTrusted(since: file.modifiedAt, context) else { return nil }
        return doubt(until: file.modifiedAt, context)
    }

    /// The clock is not believed: what is in force stays as it is.
    private mutating func doubtClock(until moment: Int, _ consequence: String, _ context: inout Context) {
        let doubt = Timekeeping.Doubt(moment: moment, text: doubt(until: moment, context), awaited: nil)
        guard timekeeping.begin(doubt) else { return }
        context.out.log(.error, "\(doubt.text): \(consequence)", .clockDoubted)
        context.out.rearm()
        context.out.tellStatus()
    }

    /// The file says when entries hold, and the clock cannot be true. A reload fails, and nothing comes of it. A start puts
    /// in place what has no times, where nothing is left from before, for the machine would else send in clear; all else waits.
    mutating func refuseClock(
        _ why: String, _ file: LoadedConfiguration, _ target: Target, _ context: inout Context
    ) {
        guard case .start = transition?.cause else {
            context.out.log(.error, "no reload: \(why)", .clockDoubted)
            return fail([why], why, &context)
        }
        let awaited = Timekeeping.AwaitedFile(schedule: file.desired.schedule, locate: file.locate)
        let doubt = Timekeeping.Doubt(moment: file.modifiedAt, text: why, awaited: awaited)
        guard ownership.leftover.isEmpty else {
            context.out.log(.error, "\(why): the kernel keeps what it has", .clockDoubted)
            timekeeping.begin(.empty, writtenAt: file.modifiedAt, doubt)
            standing.settle()
            return end(why, &context)
        }
        context.out.log(.error, "\(why): only what holds at all times is put in place", .clockDoubted)
        var target = target
        target.desired = file.desired.lasting
        target.doubt = doubt
        aim(at: target, &context)
    }

    /// Why the clock is not believed.
    func doubt(until moment: Int, _ context: borrowing Context) -> String {
        "the clock says \(CalendarTime(context.now.seconds)), and the file was written at \(CalendarTime(moment)): "
            + "set the clock, or start setkeyd with --trust-clock"
    }

    // MARK: A boundary

    /// Plans the steps by which the states before and after differ; what else is declared is not looked at.
    mutating func planBoundary(to target: Target, _ context: inout Context) {
        let change = ScheduledChange(from: inForce, to: target.desired)
        var owned = Ownership()
        owned.inForce = change.ending
        owned.expired = ownership.expired
        // The lifetime that has ended was that of the declaration before.
        for declared in change.beginning.associations { owned.expired.associations[declared.entry.identity] = nil }
        for declared in change.beginning.policies { owned.expired.policies[declared.entry.identity] = nil }
        let builder = PlanBuilder(to: change.beginning, ownership: owned, seeing: sight(context))
        enter(.planning(target, builder))
        continuePlanning(&context)
    }

    /// What was to change has changed, as far as the kernel let it.
    mutating func boundaryPassed(_ verification: Verification, _ context: inout Context) {
        let (application, target) = (verification.application, verification.application.target)
        logFailures(of: application, &context)
        let change = ScheduledChange(from: inForce, to: target.desired)
        for name in change.names where drift.drifted[name] != nil {
            drift.suspect(name, author: "ended", at: context.now.monotonic)
        }
        for step in verification.unfinished {
            drift.suspect(step.change.entry, author: "refused", at: context.now.monotonic)
        }
        write(state.pass(to: target.desired, by: verification, at: context.now), &context)
        for name in change.ending.names { state.revive(name) }
        // What had been refused at a boundary before is made up for.
        if timekeeping.refusedAt != nil { standing.settle() }
        timekeeping.settle()
        openArrivalPorts(&context)
        for warning in replacements(verification.replaced, target) {
            context.out.log(.warning, warning, .fileWarning)
        }
        tell(change, application, &context)
        endRepair(&context)
    }

    private mutating func tell(_ change: ScheduledChange, _ application: Application, _ context: inout Context) {
        for (entries, verb) in [(change.beginning, "begins"), (change.ending, "ends")] {
            let places =
                entries.associations.map { ($0.entry.name, $0.origin) }
                + entries.policies.map { ($0.entry.name, $0.origin) }
            for (name, origin) in places.prefix(20) {
                context.out.log(
                    .info, "\(state.place(origin))\(name.phrase) \(verb)", .boundaryPassed,
                    name.logFields + [LogField(.statement, state.locate(origin))])
            }
        }
        context.out.log(
            .notice, "\(change.phrase), \(counted(application.writes, "kernel write"))", .boundaryPassed,
            [LogField(.writes, application.writes)])
    }

    /// The kernel refused a step of a boundary, and what was applied of it has been rolled back.
    mutating func boundaryUndone(_ application: Application, _ context: inout Context) {
        logFailures(of: application, &context)
        write(state.stay(after: application, at: context.now), &context)
        let (former, moment) = (CalendarTime(inForce.moment), application.target.desired.moment)
        let why =
            "the kernel refused a step of what was to change at \(CalendarTime(moment)), which was rolled back: what is in "
            + "force is still that of \(former); setkey --reload tries again"
        context.out.log(.error, why, .undone)
        timekeeping.refused(at: moment)
        standing.hinder(why)
        endRepair(&context)
    }
}

extension ScheduledChange {
    /// Everything that it is about.
    fileprivate var names: [EntryName] { beginning.names + ending.names }

    /// `2 SAs and 1 policy begin, 1 SA ends`.
    var phrase: String {
        let parts = [(beginning, "begins", "begin"), (ending, "ends", "end")].compactMap { state, one, many in
            state.count == 0 ? nil : "\(state.counts) \(state.count == 1 ? one : many)"
        }
        return parts.isEmpty ? "nothing begins or ends" : parts.joined(separator: ", ")
    }
}

extension DesiredState {
    fileprivate var names: [EntryName] { associations.map(\.entry.name) + policies.map(\.entry.name) }

    /// `2 SAs and 1 policy`.
    fileprivate var counts: String {
        let counts = [(DatabaseName.associations, associations.count), (.policies, policies.count)]
        return counts.filter { $0.1 > 0 }.map { $0.0.counted($0.1) }.joined(separator: " and ")
    }
}
