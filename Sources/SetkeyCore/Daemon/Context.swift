/// What the machines that decide work with: the kernel, what is written down, and what goes out.
struct Context: Sendable {
    var kernel: KernelDesk
    var recorder = Recorder()
    var out = Outbox()

    /// The moment of the event that is being handled.
    var now: Instant { out.now }
}
