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
        var evaluation = DesiredState.Evaluation()
        var part = 0
        if case .gathering(let begun, let parts) = planJobs.removeValue(forKey: client)?.phase {
            (evaluation, part) = (begun, parts)
        }
        var parser = Parser(text.bytes, options: settings.parserOptions)
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: part, range: statement.range))
        }
        let diagnostics = parser.diagnostics + evaluation.diagnostics.map(\.diagnostic)
        guard parser.errorCount + evaluation.errorCount == 0 else {
            return context.out.fail(client, .invalidText(diagnostics.map(DiagnosticRecord.init)))
        }
        guard parameters.unfinished != true else {
            planJobs[client] = PlanJob(phase: .gathering(evaluation, parts: part + 1))
            return context.out.reply(client, .plan(PlanReply(steps: [])))
        }
        planJobs[client] = PlanJob(phase: .planning(PlanBuilder(to: evaluation.finish(), ownership: ownership), nil))
        context.out.askTurn()
    }

    /// Goes on with each plan that is being made, unless a transition is: that comes first.
    ///
    /// - Parameter isReconciling: whether a transition is under way.
    mutating func continuePlans(isReconciling: Bool, _ context: inout Context) {
        guard context.kernel.isMirrorTrue else { return }
        guard !isReconciling else { return arePlansHeld = true }
        for client in planJobs.keys.sorted() {
            guard case .planning(var builder, let locate) = planJobs[client]?.phase else { continue }
            // One reference to what the builder has gathered.
            planJobs[client] = nil
            builder.advance(&context.kernel.mirror, count: Daemon.slice)
            guard builder.isDone else {
                context.out.askTurn()
                planJobs[client] = PlanJob(phase: .planning(builder, locate))
                continue
            }
            planJobs[client] = PlanJob(phase: .sending(builder.plan.steps, locate, warnings: [], position: 0))
            sendPlan(to: client, &context)
        }
    }

    /// Sends the next part of a plan; `true` if there was one.
    @discardableResult
    mutating func sendPlan(to client: ClientID, _ context: inout Context) -> Bool {
        guard case .sending(let steps, let locate, let warnings, let position) = planJobs[client]?.phase else {
            return false
        }
        let end = min(position + PlanJob.stepsPerPart, steps.count)
        let part = steps[position..<end].map { PlanStep($0, locate: locate) }
        planJobs[client] =
            end < steps.count ? PlanJob(phase: .sending(steps, locate, warnings: [], position: end)) : nil
        let reply = PlanReply(steps: part, warnings: warnings.isEmpty ? nil : warnings)
        context.out.perform(.reply(client, .plan(reply), continues: end < steps.count))
        return true
    }

    /// A client has left: its plan is given up.
    mutating func forgetPlan(of client: ClientID, _ context: inout Context) {
        switch planJobs.removeValue(forKey: client)?.phase {
        case .planning(var builder, _): builder.close(&context.kernel.mirror)
        case .waiting, .gathering, .sending, nil: break
        }
    }

    /// After a transition, what waited for its end goes on.
    mutating func resumePlans(_ context: inout Context) {
        guard arePlansHeld else { return }
        arePlansHeld = false
        context.out.askTurn()
    }

    // MARK: The plan of the file

    /// Plans of one user who is not privileged that may be under way: each is held until it has been read.
    private static var plansPerUser: Int { 2 }

    /// Notes that a client waits for the plan of the file.
    ///
    /// - Returns: why it may not; `nil` if it waits.
    mutating func awaitFilePlan(for client: ClientID) -> ControlError? {
        if let uid = peers[client]?.uid, !isPrivileged(client) {
            let count = planJobs.keys.count { peers[$0]?.uid == uid }
            guard count < Self.plansPerUser else {
                return .busy(
                    reason: "\(count) plans of uid \(uid) are under way, the most that one user may have")
            }
        }
        planJobs[client] = PlanJob(phase: .waiting)
        return nil
    }

    /// The plan of the file is made, or cannot be.
    mutating func deliver(_ result: FilePlan.Result, _ context: inout Context) {
        for client in result.clients {
            switch result.outcome {
            case .made(let steps, let locate, let warnings):
                planJobs[client] = PlanJob(
                    phase: .sending(steps, locate, warnings: told(warnings, client), position: 0))
                drained(client, &context)
            case .invalid(let messages):
                planJobs[client] = nil
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
