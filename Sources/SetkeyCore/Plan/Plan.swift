package import SetkeySyntax

/// The changes that lead from what is to what is declared; empty is the definition of "settled".
package struct Plan: Sendable {
    /// In the order in which they are applied.
    package let steps: StepList

    init(steps: StepList) {
        self.steps = steps
    }

    /// The whole plan at once; the daemon computes its own in parts, with ``PlanBuilder``.
    ///
    /// - Parameters:
    ///   - mirror: what the kernel has.
    ///   - desired: what the file declares.
    ///   - ownership: what is the file's already; of this, what is no longer declared is stale.
    package init(from mirror: Mirror, to desired: DesiredState, ownership: Ownership) {
        var mirror = mirror
        var builder = PlanBuilder(to: desired, ownership: ownership)
        builder.advance(&mirror, count: .max)
        self = builder.plan
    }

    /// Whether nothing is to be done: the kernel has what is declared.
    package var isEmpty: Bool { steps.isEmpty }
}
