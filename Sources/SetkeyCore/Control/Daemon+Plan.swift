import ControlProtocol
import IPsec
import SetkeySyntax

// `Plan`: what a reload would do, or a reload of another text.

extension Daemon {
    mutating func plan(_ parameters: PlanParameters, for client: ClientID) {
        guard let text = parameters.text else { return planFile(for: client) }
        // Who may try texts against the SAD can tell, key by key, whether a guess is right.
        guard isPrivileged(client) else { return effects.append(.fail(client, .permissionDenied(who: Self.whoMay))) }
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
            return effects.append(.fail(client, .invalidText(diagnostics.map(DiagnosticRecord.init))))
        }
        guard parameters.unfinished != true else {
            planJobs[client] = PlanJob(phase: .gathering(evaluation, parts: part + 1))
            return effects.append(.reply(client, .plan(PlanReply(steps: [])), continues: false))
        }
        plan(evaluation.finish(), nil, for: client)
    }

    private mutating func plan(_ desired: DesiredState, _ locate: StatementLocator?, for client: ClientID) {
        let builder = PlanBuilder(to: desired, ownership: ownership)
        planJobs[client] = PlanJob(phase: .planning(builder, locate))
        askTurn()
    }

    /// Goes on with each plan that is being made, unless a transition is: that comes first.
    mutating func continuePlans() {
        guard isMirrorTrue else { return }
        guard transition.isIdle else { return arePlansHeld = true }
        continueFilePlan()
        for client in planJobs.keys.sorted() {
            guard case .planning(var builder, let locate) = planJobs[client]?.phase else { continue }
            // One reference to what the builder has gathered.
            planJobs[client] = nil
            guard advance(&builder) else {
                planJobs[client] = PlanJob(phase: .planning(builder, locate))
                continue
            }
            planJobs[client] = PlanJob(phase: .sending(builder.plan.steps, locate, warnings: [], position: 0))
            sendPlan(to: client)
        }
    }

    /// Sends the next part of a plan; `true` if there was one.
    @discardableResult
    mutating func sendPlan(to client: ClientID) -> Bool {
        guard case .sending(let steps, let locate, let warnings, let position) = planJobs[client]?.phase else {
            return false
        }
        let end = min(position + PlanJob.stepsPerPart, steps.count)
        let part = steps[position..<end].map { PlanStep($0, locate: locate) }
        planJobs[client] =
            end < steps.count ? PlanJob(phase: .sending(steps, locate, warnings: [], position: end)) : nil
        let reply = PlanReply(steps: part, warnings: warnings.isEmpty ? nil : warnings)
        effects.append(.reply(client, .plan(reply), continues: end < steps.count))
        return true
    }

    /// A client has left: its plan is given up.
    mutating func forgetPlan(of client: ClientID) {
        switch planJobs.removeValue(forKey: client)?.phase {
        case .waiting: leaveFilePlan(client)
        case .planning(var builder, _): builder.close(&mirror)
        case .gathering, .sending, nil: break
        }
    }

    /// After a transition, what waited for its end goes on.
    mutating func resumePlans() {
        guard transition.isIdle else { return }
        beginFilePlan()
        guard arePlansHeld else { return }
        arePlansHeld = false
        askTurn()
    }
}
