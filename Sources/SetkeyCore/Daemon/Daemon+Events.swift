import ControlProtocol
import IPsec

// Events that concern several machines, and what the machines have to tell one another.

extension Daemon {
    mutating func start(_ state: RestoredState) {
        startedAt = context.now
        if !context.kernel.traits.protectsTraffic {
            context.out.log(.warning, "the kernel is simulated: no traffic is protected")
        }
        if state.needsRicherTraits { context.kernel.moveToRicher() }
        reconciler.start(state, &context)
    }

    mutating func stop() {
        context.out.log(.notice, "stopping; SAs and policies stay in the kernel as they are")
        reconciler.stop(&context.out)
        clients.stop(&context.out)
        context.out.perform(.stop)
    }

    /// Messages of the kernel have come.
    mutating func heard(_ messages: [KernelEvent]) {
        for message in messages {
            // Before it is handled: it may end the run that shows it.
            clients.trace(message, made: shownForms)
            if message.content.isFollowed {
                // A record is no news, and ends nothing as long as the dump goes on; there are many of them.
                context.kernel.take(message, &context.out)
                clients.notice(message.content, &context)
            } else {
                heard(message)
            }
            if context.kernel.hasDevelopments { follow() }
        }
    }

    private mutating func heard(_ message: KernelEvent) {
        if case .policyDefaults(let blocked, let isRecord) = message.content {
            return isRecord ? take(blocked) : heard(message, blocked)
        }
        var event = message
        let requester = context.kernel.hear(&event, &context.out)
        clients.tellMonitors(event, &context.out)
        clients.notice(event.content, &context)
        reconciler.notice(event, from: requester, clients.peers, &context)
        context.kernel.logNews(event, &context.out)
    }

    /// A dump tells the defaults of all directions at once: those that are set are records like those of policies.
    private mutating func take(_ blocked: Set<Direction>) {
        for direction in Direction.managed where blocked.contains(direction) {
            let record = KernelEvent.Content.dumpedPolicy(SecurityPolicy(defaultOf: direction), isLast: false)
            let origin = KernelEvent.Origin(request: nil, processID: 0, sequence: 0)
            context.kernel.take(KernelEvent(origin: origin, content: record), &context.out)
            clients.notice(record, &context)
        }
    }

    /// Somebody has set a default, and all of them are told: those that have changed are news.
    private mutating func heard(_ message: KernelEvent, _ blocked: Set<Direction>) {
        var shown = message.message
        for direction in Direction.managed {
            let policy = SecurityPolicy(defaultOf: direction)
            let isBlocked = blocked.contains(direction)
            let isNews = context.kernel.mirror.policies.contains(policy.identity) != isBlocked
            var event = KernelEvent(origin: message.origin, content: .policy(isBlocked ? .added : .deleted, policy))
            guard isNews else {
                // A record of a dump that is older must not say otherwise.
                context.kernel.take(event, &context.out)
                continue
            }
            event.message = shown.take()
            heard(event)
        }
        if shown != nil { clients.tellMonitors(message, &context.out) }
    }

    mutating func overrun() {
        context.kernel.overrun(&context.out)
        clients.tellMonitorsOfOverrun(&context.out)
    }

    /// The network devices are these.
    mutating func know(_ devices: Devices) {
        let former = context.kernel.mirror.devices
        guard devices != former else { return }
        let areRenamed = context.kernel.know(devices)
        // That a device goes down is told before its SAs are removed.
        if context.kernel.mirror.mayMisstateAssociations(since: former) { context.out.perform(.settleDevices) }
        guard areRenamed || reconciler.isConcerned(former, devices) else { return }
        // The mirror has policies by the names that their devices had.
        let ticket = context.kernel.read(again: .policies)
        reconciler.devicesChanged(from: former, ticket: ticket, &context)
        context.out.tellStatus()
    }

    mutating func forget(_ client: ClientID) {
        clients.forget(client, &context)
        reconciler.leaveFilePlan(client, &context)
    }

    mutating func turnCame() {
        context.out.turnCame()
        context.kernel.turnCame(&context.out)
        reconciler.turnCame(&context)
        continuePlans()
        clients.sendNextPart(&context)
    }

    private mutating func continuePlans() {
        reconciler.continueFilePlan(&context)
        clients.continuePlans(isReconciling: !reconciler.isIdle, &context)
        clients.continueExplanations(EntryOwners(of: reconciler), &context)
        clients.continueExamination(Examination.Standing(reconciler), &context)
        if let walk = clients.continueMeasurement(reconciler.state, &context) {
            context.out.perform(.measure(clients.measurement(of: walk, measuredService, context.kernel.traits)))
        }
    }

    mutating func wake() {
        context.out.tellHeldLines()
        context.kernel.wake(at: context.now)
        clients.wake(at: context.now.monotonic)
        reconciler.wake(&context)
        context.out.rearm()
    }

    mutating func clockCalled() {
        // It has been done, and calls once.
        clockCall = nil
        reconciler.clockCalled(&context)
    }

    // MARK: What follows from an event

    /// Tells the machines what the others have come to.
    mutating func follow() {
        while let development = context.kernel.nextDevelopment() { tell(development) }
        // Whatever else has come in the same moment: by its end the shell is asked to call for the next one.
        reconciler.keepTime(&context)
        if reconciler.isIdle {
            reconciler.beginFilePlan(&context)
            clients.resumePlans(&context)
        }
        for result in reconciler.filePlan.takeResults() { clients.deliver(result, &context) }
    }

    private mutating func tell(_ development: KernelDesk.Development) {
        switch development {
        case .ended(let flight, let outcome, let former):
            if case .application = flight.requester {
                reconciler.ended(flight.item, outcome, former: former, &context)
            } else {
                clients.ended(flight, outcome, former: former, reconciler.arrivalPorts, &context)
            }
        case .caughtUp:
            clients.feedStreams(&context)
            reconciler.learn(development, &context)
            continuePlans()
        case .unreadable(let database, let errno, let why):
            clients.giveUpWaiting(for: database, errno, why: why, &context)
            reconciler.learn(development, &context)
        case .moved(let failure):
            if let failure { clients.refuseRicherParts(failure, &context.out) }
            reconciler.learn(development, &context)
            continuePlans()
        case .outlived, .policyOutlived, .expired, .doubted, .tuned: reconciler.learn(development, &context)
        }
    }

    /// Has the shell told how things stand, and when it is to wake the daemon, if these may have become others.
    mutating func finish() {
        if context.out.isToTellStatus {
            context.out.statusIsTold()
            reconciler.tellStatus(&context)
        }
        let forms = clients.wantedForms
        if forms != shownForms {
            shownForms = forms
            context.out.perform(.show(forms))
        }
        guard context.out.isToRearm else { return }
        let now = context.now.monotonic
        let deadlines = [
            context.kernel.deadline, reconciler.deadline(context.kernel, at: now),
            clients.deadline(at: now), context.out.heldLinesDueAt,
        ]
        let call = reconciler.clockCall(at: context.now)
        if call != clockCall {
            clockCall = call
            context.out.perform(.callByClock(call))
        }
        context.out.wake(at: deadlines.compactMap { $0 }.min())
    }
}
