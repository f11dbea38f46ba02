import ControlProtocol

/// The plan of the file: the file is read, and the plan made, once for all clients who wait for it, and once at a time.
struct FilePlan: Sendable {
    enum Phase: Sendable {
        case idle
        /// The shell is reading the file.
        case reading
        indirect case planning(PlanBuilder, StatementLocator?, warnings: [String])
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

    private(set) var phase = Phase.idle
    /// Tells the reading under way from those that were abandoned.
    private(set) var number = 0
    /// Whom the plan at hand is for.
    private var waiting: [ClientID] = []
    /// Of which moment that is, in seconds since 1970; `nil` for now.
    private(set) var moment: Int?
    /// Who came when that had begun, or wants one of another moment: the file may have changed since, so they wait for the
    /// next one.
    private var next: [(client: ClientID, moment: Int?)] = []
    private var results: [Result] = []

    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    /// Whether one is to be begun.
    var isDue: Bool { !next.isEmpty && isIdle }

    /// A client wants one that is begun after now.
    mutating func want(_ client: ClientID, at moment: Int? = nil) { next.append((client, moment)) }

    /// Begins a plan for everybody who waits for one of the same moment as the first.
    mutating func begin() {
        number += 1
        phase = .reading
        moment = next.first?.moment
        waiting = next.filter { $0.moment == moment }.map(\.client)
        next.removeAll { $0.moment == moment }
    }

    /// The file has been read, or the plan has come further.
    mutating func go(on builder: PlanBuilder, _ locate: StatementLocator?, warnings: [String]) {
        phase = .planning(builder, locate, warnings: warnings)
    }

    /// Takes the builder out, so that it has one reference while it is changed.
    mutating func takeBuilder() -> (PlanBuilder, StatementLocator?, warnings: [String])? {
        guard case .planning(let builder, let locate, let warnings) = phase else { return nil }
        phase = .idle
        return (builder, locate, warnings)
    }

    /// Ends the plan at hand: those who wait for it are to be told.
    mutating func end(with outcome: Outcome) {
        results.append(Result(clients: giveUp(), outcome: outcome))
    }

    /// Gives the plan at hand up; those for whom it was get another one, before all who came later.
    mutating func postpone() { next = giveUp().map { ($0, moment) } + next }

    /// A client waits no longer.
    ///
    /// - Returns: whether nobody is left for whom the plan at hand is made.
    mutating func leave(_ client: ClientID) -> Bool {
        next.removeAll { $0.client == client }
        guard let index = waiting.firstIndex(of: client) else { return false }
        waiting.remove(at: index)
        return waiting.isEmpty
    }

    /// Nobody waits any longer.
    mutating func giveUpAll() {
        next = []
        _ = giveUp()
    }

    /// Gives the plan at hand up.
    ///
    /// - Returns: whom it was for.
    @discardableResult
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
