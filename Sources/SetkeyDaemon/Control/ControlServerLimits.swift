/// What clients may cost; the defaults are for production, tests take smaller ones.
///
/// The privileged are root and the daemon's own user. What all others together can take leaves them places, memory and
/// time.
package struct ControlServerLimits {
    // Places.

    /// Connections at once.
    package var clients = 256
    /// Of these, how many only the privileged get.
    package var reservedClients = 32
    /// Of those for the privileged, how many only a process gets that has none yet: one that opens them without end does
    /// not lock root's own client out.
    package var placesForNewcomers = 8
    /// Connections of one user who is not privileged.
    package var clientsPerUser = 32

    // Memory, in bytes.

    /// The longest call of the privileged, who send texts of statements.
    package var frameBytes = 1 << 20
    /// The longest call of others.
    package var unprivilegedFrameBytes = 1 << 16
    /// Replies that may wait for a client when the next one is queued; a monitor that falls behind by more is
    /// disconnected, others are held back by ``ControlServerDelegate/drained(_:)``.
    package var queueBytes = 4 << 20
    /// Below this many waiting bytes a client counts as drained.
    package var lowWaterBytes = 1 << 17
    /// The longest answer, about, that is put together for a privileged caller who did not say `more`.
    package var gatheredBytes = 4 << 20
    /// The same for others.
    package var unprivilegedGatheredBytes = 1 << 20
    /// What is held for one user who is not privileged: replies that wait or are put together, calls that are half there.
    /// Over it, the connection that holds most is closed.
    package var bytesPerUser = 16 << 20
    /// What is held for all of them.
    package var unprivilegedBytes = 48 << 20
    /// What is held for the privileged.
    package var privilegedBytes = 128 << 20

    // Time.

    /// From a frame's first byte to its last, and for taking the last reply before the connection is closed.
    package var patience: Duration = .seconds(10)
    /// How long a client that is not privileged may keep its place without calling, or without reading its replies.
    package var idlePatience: Duration = .seconds(120)
    /// How long nothing is accepted after the kernel refused, mostly for want of descriptors.
    package var acceptPause: Duration = .milliseconds(200)
    /// How long calls of those who are not privileged are taken in one turn of the loop.
    package var turnBudget: Duration = .milliseconds(2)

    package init() {}
}
