import ControlProtocol
import SetkeySyntax

// `Plan` without a text: one reading and one plan for all clients who wait.

extension Daemon {
    /// Plans of one user who is not privileged that may be under way: each is held until it has been read.
    private static var plansPerUser: Int { 2 }

    mutating func planFile(for client: ClientID) {
        if let uid = peers[client]?.uid, !isPrivileged(client) {
            let count = planJobs.keys.count { peers[$0]?.uid == uid }
            guard count < Self.plansPerUser else {
                let reason = "\(count) plans of uid \(uid) are under way, the most that one user may have"
                return effects.append(.fail(client, .busy(reason: reason)))
            }
        }
        planJobs[client] = PlanJob(phase: .waiting)
        filePlan.next.append(client)
        beginFilePlan()
    }

    /// Reads the file for everybody who waits for its plan, if no transition is under way: that comes first, and it
    /// changes what the plan is about.
    mutating func beginFilePlan() {
        guard transition.isIdle, filePlan.isIdle, !filePlan.next.isEmpty else { return }
        filePlan.begin()
        effects.append(.readConfiguration(.plan(filePlan.number)))
    }

    /// The shell has read the file for a plan.
    mutating func planFile(_ configuration: Configuration, _ number: Int) {
        guard case .reading = filePlan.phase, number == filePlan.number else { return }
        switch configuration {
        case .loaded(let file): planFile(file.desired, file.locate, warnings: shortened(file.warnings + file.notes))
        case .absent: planFile(.empty, nil, warnings: [])
        case .invalid(let messages):
            for client in filePlan.end() {
                planJobs[client] = nil
                effects.append(.fail(client, .reloadFailed(messages: told(messages, client))))
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

    private mutating func planFile(_ desired: DesiredState, _ locate: StatementLocator?, warnings: [String]) {
        filePlan.phase = .planning(PlanBuilder(to: desired, ownership: ownership), locate, warnings: warnings)
        askTurn()
    }

    mutating func continueFilePlan() {
        guard case .planning(var builder, let locate, let warnings) = filePlan.phase else { return }
        // One reference to what the builder has gathered.
        filePlan.phase = .idle
        guard advance(&builder) else { return filePlan.phase = .planning(builder, locate, warnings: warnings) }
        let steps = builder.plan.steps
        for client in filePlan.end() {
            planJobs[client] = PlanJob(
                phase: .sending(steps, locate, warnings: told(warnings, client), position: 0))
            drained(client)
        }
    }

    /// A transition begins: the plan at hand is given up, and made anew after it for the same clients.
    mutating func interruptFilePlan() {
        abandonFilePlan()
        filePlan.next = filePlan.end() + filePlan.next
    }

    /// A client waits no longer. With the last one, the plan at hand is given up.
    mutating func leaveFilePlan(_ client: ClientID) {
        filePlan.next.removeAll { $0 == client }
        guard let index = filePlan.waiting.firstIndex(of: client) else { return }
        filePlan.waiting.remove(at: index)
        guard filePlan.waiting.isEmpty else { return }
        abandonFilePlan()
        _ = filePlan.end()
    }

    /// Stops what is being done for the plan at hand.
    private mutating func abandonFilePlan() {
        switch filePlan.phase {
        case .idle: break
        case .reading: effects.append(.abandonReading)
        case .planning(var builder, _, _): builder.close(&mirror)
        }
    }
}
