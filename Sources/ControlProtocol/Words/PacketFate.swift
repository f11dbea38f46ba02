/// What becomes of a packet.
package enum PacketFate: String, CaseIterable, Hashable, Sendable {
    /// It leaves through SAs; or it is let in if it has come by such.
    case protected
    /// It passes as it is.
    case clear
    /// It does not pass.
    case dropped
}
