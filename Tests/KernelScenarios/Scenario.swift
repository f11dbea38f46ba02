/// One thing that PF_KEY does: requests, and what is to come of them.
package struct Scenario: Sendable, CustomStringConvertible {
    /// A sentence.
    package let name: String
    private let play: @Sendable (inout Stage) throws -> Void

    init(_ name: String, _ play: @escaping @Sendable (inout Stage) throws -> Void) {
        self.name = name
        self.play = play
    }

    package var description: String { name }

    /// Plays it on a kernel, which it empties first.
    package func run(on kernel: inout any KernelUnderTest) throws {
        var stage = try Stage(kernel)
        defer { kernel = stage.finish() }
        try play(&stage)
    }

    /// Every scenario: the same table for the real kernel and for the simulated one.
    package static let table: [Scenario] =
        framing + additions + algorithms + updates + lookups + reservations + flushes + dumps + registrations + policies
        + policyAnswers + buffers + lifetimes
}
