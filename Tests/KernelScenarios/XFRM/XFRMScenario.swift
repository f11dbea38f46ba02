/// One thing that NETLINK_XFRM does: requests, and what is to come of them.
package struct XFRMScenario: Sendable, CustomStringConvertible {
    /// A sentence.
    package let name: String
    /// Whether PF_KEY is there, too, and hears or asks.
    package let wantsPFKey: Bool
    private let play: @Sendable (inout XFRMStage) throws -> Void

    init(
        _ name: String, withPFKey wantsPFKey: Bool = false, _ play: @escaping @Sendable (inout XFRMStage) throws -> Void
    ) {
        self.name = name
        self.wantsPFKey = wantsPFKey
        self.play = play
    }

    package var description: String { name }

    /// Plays it on a kernel, which it empties first.
    package func run(on kernel: inout any KernelUnderTest) throws {
        guard !wantsPFKey || kernel.hasPFKey else { return }
        var stage = try XFRMStage(kernel)
        defer { kernel = stage.finish() }
        try play(&stage)
    }

    /// Every scenario: the same table for the real kernel and for the simulated one.
    package static let table: [XFRMScenario] =
        [
            framing, additions, algorithms, changes, marks, reservations, policies, policyNames, dumps, lifetimes,
            losses,
            doors,
            defaults,
        ].flatMap(\.self)
}
