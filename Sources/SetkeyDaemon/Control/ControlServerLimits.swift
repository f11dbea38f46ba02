/// What a client may cost; the defaults are for production, tests take smaller ones.
package struct ControlServerLimits {
    /// Connections at once.
    package var clients = 256
    /// The longest call, in bytes.
    package var frameBytes = 1 << 20
    /// Bytes of replies that may wait for a client when the next one is queued; a monitor that falls behind by more is
    /// disconnected, others are held back by ``ControlServerDelegate/drained(_:)``.
    package var queueBytes = 4 << 20
    /// Below this many waiting bytes a client counts as drained.
    package var lowWaterBytes = 1 << 17
    /// The longest answer, in bytes about, that is put together for a caller who did not say `more`.
    package var gatheredBytes = 4 << 20
    /// From a frame's first byte to its last, and for taking the last reply before the connection is closed.
    package var patience: Duration = .seconds(10)
    /// How long nothing is accepted after the kernel refused, mostly for want of descriptors.
    package var acceptPause: Duration = .milliseconds(200)

    package init() {}
}
