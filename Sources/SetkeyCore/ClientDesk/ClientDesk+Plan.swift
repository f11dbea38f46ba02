import ControlProtocol
import IPsec
import SetkeySyntax

// `Plan`: what a reload would do, or a reload of another text.

extension ClientDesk {
    /// A text has come; or a part of one.
    mutating func plan(
        _ text: WireText, _ parameters: PlanParameters, for client: ClientID, _ ownership: Ownership,
        _ context: inout Context
    ) {
        // Who may try texts against the SAD can tell, key by key, whether a guess is right.
        guard isPrivileged(client) else { return context.out.fail(client, .permissionDenied(who: Call.whoMay)) }
        var (evaluation, part) = plans.takeGathered(of: client)
        var options = settings.parserOptions(for: context.kernel)
        options.allowsValidity = true
        var parser = Parser(text.bytes, options: options)
        for statement in parser.rest() {
            evaluation.add(statement, from: part)
        }
        if parameters.unfinished != true { evaluation.endText() }
        let diagnostics = parser.diagnostics + evaluation.diagnostics.map(\.diagnostic)
        guard parser.errorCount + evaluation.errorCount == 0 else {
            return context.out.fail(client, .invalidText(diagnostics.map(DiagnosticRecord.init)))
        }
        guard parameters.unfinished != true else {
            plans.gather(evaluation, parts: part + 1, of: client)
            return context.out.reply(client, .plan(PlanReply(steps: [])))
        }
        let desired = evaluation.finish().at(parameters.at ?? context.now.seconds)
        plans.make(PlanBuilder(to: desired, ownership: ownership), for: client)
        context.out.askTurn()
    }

    /// Goes on with each plan that is being made, unless a transition is: that comes first.
    ///
    /// - Parameter isReconciling: whether a transition is under way.
    mutating func continuePlans(isReconciling: Bool, _ context: inout Context) {
        guard context.kernel.isMirrorTrue else { return }
        guard !isReconciling else { return plans.hold() }
        for client in plans.waiting {
            switch plans.advance(for: client, &context.kernel.mirror, count: Daemon.slice) {
            case true?: sendPlan(to: client, &context)
            case false?: context.out.askTurn()
            case nil: break
            }
        }
    }

    /// Sends the next part of a plan; `true` if there was one.
    @discardableResult
    mutating func sendPlan(to client: ClientID, _ context: inout Context) -> Bool {
        guard let (reply, continues) = plans.nextPart(for: client) else { return false }
        context.out.perform(.reply(client, .plan(reply), continues: continues))
        return true
    }

    /// After a transition, what waited for its end goes on.
    mutating func resumePlans(_ context: inout Context) {
        if plans.resume() { context.out.askTurn() }
    }

    // MARK: The plan of the file

    /// Notes that a client waits for the plan of the file.
    ///
    /// - Returns: why it may not; `nil` if it waits.
    mutating func awaitFilePlan(for client: ClientID) -> ControlError? {
        if let uid = peers[client]?.uid, !isPrivileged(client), let reason = plans.refusal(of: uid, among: peers) {
            return .busy(reason: reason)
        }
        plans.awaitFile(for: client)
        return nil
    }

    /// The plan of the file is made, or cannot be.
    mutating func deliver(_ result: FilePlan.Result, _ context: inout Context) {
        for client in result.clients {
            switch result.outcome {
            case .made(let steps, let locate, let warnings):
                plans.send(steps, locate, warnings: told(warnings, client), to: client)
                drained(client, &context)
            case .invalid(let messages):
                plans.remove(client, &context.kernel.mirror)
                context.out.fail(client, .reloadFailed(messages: told(messages, client)))
            }
        }
    }

    /// Rendered diagnostics as `client` gets them: others than root get no lines of a file that they may not read.
    private func told(_ messages: [String], _ client: ClientID) -> [String] {
        isPrivileged(client) ? messages : messages.map(Self.headline)
    }

    /// A rendered diagnostic without its source line.
    private static func headline(_ message: String) -> String {
        String(message.prefix { !$0.isNewline })
    }
}

// `Schedule`: what of the file in force begins and ends.

extension ClientDesk {
    mutating func tell(_ told: ToldSchedule, to client: ClientID, _ context: inout Context) {
        guard told.schedule != nil else {
            let nothing = ScheduleReply(changes: [], time: context.now.seconds, clockDoubt: told.clockDoubt)
            return context.out.reply(client, .schedule(nothing))
        }
        scheduleTellings.begin(told, for: client)
        sendSchedule(to: client, &context)
    }

    /// Sends the next part of a schedule, if one is under way.
    mutating func sendSchedule(to client: ClientID, _ context: inout Context) {
        guard let (reply, continues) = scheduleTellings.nextPart(for: client, at: context.now.seconds) else { return }
        context.out.perform(.reply(client, .schedule(reply), continues: continues))
    }
}
