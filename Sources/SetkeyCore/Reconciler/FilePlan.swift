import ControlProtocol

/// The plan of the file: the file is read, and the plan made, once for all clients who wait for it, and once at a time.
struct FilePlan: Sendable {
    enum Phase: Sendable {
        case idle
        /// The shell is reading the file.
        case reading
        case planning(PlanBuilder, StatementLocator?, warnings: [String])
    }

    /// What became of a plan.
    enum Outcome: Sendable {
        case made(StepList, StatementLocator?, warnings: [String])
        /// The file has errors: rendered diagnostics.
        case invalid([String])
    }

    /// What clients are to be told.
    struct Result: Sendable {
        let clients: [ClientID]
        let outcome: Outcome
    }

    var phase = Phase.idle
    /// Tells the reading under way from those that were abandoned.
    private(set) var number = 0
    /// Whom the plan at hand is for.
    var waiting: [ClientID] = []
    /// Who came when that had begun: the file may have changed since, so they wait for the next one.
    var next: [ClientID] = []
    private var results: [Result] = []

    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    /// Begins a plan for everybody who waits.
    mutating func begin() {
        number += 1
        phase = .reading
        waiting = next
        next = []
    }

    /// Ends the plan at hand: those who wait for it are to be told.
    mutating func end(with outcome: Outcome) {
        results.append(Result(clients: giveUp(), outcome: outcome))
    }

    /// Gives the plan at hand up.
    ///
    /// - Returns: whom it was for.
    mutating func giveUp() -> [ClientID] {
        defer { waiting = [] }
        phase = .idle
        return waiting
    }

    /// What clients are to be told, once.
    mutating func takeResults() -> [Result] {
        guard !results.isEmpty else { return [] }
        defer { results = [] }
        return results
    }
}
