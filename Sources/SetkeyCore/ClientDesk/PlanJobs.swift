import ControlProtocol
import IPsec
import SetkeySyntax

/// Plans on their way to clients, at most one for each.
struct PlanJobs: Sendable {
    /// Plans of one user who is not privileged that may be under way: each is held until it has been read.
    private static let perUser = 2

    private var jobs: [ClientID: PlanJob] = [:]
    /// Whether plans wait for the end of a transition.
    private var areHeld = false

    /// Clients whose plans are not made yet.
    var waiting: [ClientID] { jobs.keys.sorted().filter { !isSending(to: $0) } }

    /// Whether the plan for a client is made, and on its way.
    func isSending(to client: ClientID) -> Bool { jobs[client]?.isSending == true }

    /// Why a user who is not privileged gets no further one; `nil` for a user who does.
    ///
    /// - Parameter peers: who the clients are.
    func refusal(of uid: UInt32, among peers: [ClientID: Peer]) -> String? {
        let count = jobs.keys.count { peers[$0]?.uid == uid }
        guard count >= Self.perUser else { return nil }
        return "\(count) plans of uid \(uid) are under way, the most that one user may have"
    }

    // MARK: Texts

    /// What has come of a client's text so far, and how many parts that were; there is nothing of it any more.
    mutating func takeGathered(of client: ClientID) -> (DesiredState.Evaluation, parts: Int) {
        guard case .gathering(let evaluation, let parts) = jobs.removeValue(forKey: client)?.phase else {
            return (DesiredState.Evaluation(), 0)
        }
        return (evaluation, parts)
    }

    /// More of the text is to come.
    mutating func gather(_ evaluation: DesiredState.Evaluation, parts: Int, of client: ClientID) {
        jobs[client] = PlanJob(phase: .gathering(evaluation, parts: parts))
    }

    /// The text is complete: the plan is to be made.
    mutating func make(_ builder: PlanBuilder, for client: ClientID) {
        jobs[client] = PlanJob(phase: .planning(builder, nil))
    }

    /// A transition comes first.
    mutating func hold() { areHeld = true }

    /// The transition is over.
    ///
    /// - Returns: whether something has waited for that.
    mutating func resume() -> Bool {
        defer { areHeld = false }
        return areHeld
    }

    /// Goes on with the plan of a text.
    ///
    /// - Returns: whether it is made now; `nil` if none is being made.
    mutating func advance(for client: ClientID, _ mirror: inout Mirror, count: Int) -> Bool? {
        guard case .planning(var builder, let locate) = jobs[client]?.phase else { return nil }
        // One reference to what the builder has gathered.
        jobs[client] = nil
        builder.advance(&mirror, count: count)
        jobs[client] = PlanJob(
            phase: builder.isDone
                ? .sending(builder.plan.steps, locate, warnings: [], position: 0) : .planning(builder, locate))
        return builder.isDone
    }

    // MARK: The file

    /// A client waits for the plan of the file.
    mutating func awaitFile(for client: ClientID) { jobs[client] = PlanJob(phase: .waiting) }

    /// That plan is made.
    mutating func send(_ steps: StepList, _ locate: StatementLocator?, warnings: [String], to client: ClientID) {
        jobs[client] = PlanJob(phase: .sending(steps, locate, warnings: warnings, position: 0))
    }

    // MARK: The end

    /// The next part of a plan that is made; `nil` if there is none.
    mutating func nextPart(for client: ClientID) -> (reply: PlanReply, continues: Bool)? {
        guard case .sending(let steps, let locate, let warnings, let position) = jobs[client]?.phase else { return nil }
        let end = min(position + PlanJob.stepsPerPart, steps.count)
        let part = steps[position..<end].map { PlanStep($0, locate: locate) }
        let continues = end < steps.count
        jobs[client] = continues ? PlanJob(phase: .sending(steps, locate, warnings: [], position: end)) : nil
        return (PlanReply(steps: part, warnings: warnings.isEmpty ? nil : warnings), continues)
    }

    /// Gives up the plan for a client, if there is one.
    mutating func remove(_ client: ClientID, _ mirror: inout Mirror) {
        switch jobs.removeValue(forKey: client)?.phase {
        case .planning(var builder, _): builder.close(&mirror)
        case .waiting, .gathering, .sending, nil: break
        }
    }
}
