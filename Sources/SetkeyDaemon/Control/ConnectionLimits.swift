/// What one connection may cost at a time; by its user, see ``ControlServerLimits``.
struct ConnectionLimits {
    /// The longest call, in bytes.
    let frameBytes: Int
    /// The longest answer, about, that is put together, in bytes.
    let gatheredBytes: Int
    /// Frames that are taken in one turn of the loop: so much at most is done for one while others wait.
    let framesPerTurn: Int
    /// Reads in one turn, for the same reason.
    let readsPerTurn: Int

    init(_ limits: ControlServerLimits, for user: ClientUser) {
        let isPrivileged = user.isPrivileged
        frameBytes = isPrivileged ? limits.frameBytes : limits.unprivilegedFrameBytes
        gatheredBytes = isPrivileged ? limits.gatheredBytes : limits.unprivilegedGatheredBytes
        framesPerTurn = isPrivileged ? 16 : 1
        readsPerTurn = isPrivileged ? 4 : 1
    }
}
