import ControlProtocol

/// A whole plan, as `setkey --plan --json` prints it.
struct PlanDocument: Encodable {
    var steps: [PlanStep]
    /// Kernel writes that all of it takes.
    var writes: Int

    init(steps: [PlanStep]) {
        self.steps = steps
        writes = steps.reduce(0) { $0 + $1.writes }
    }
}
