package import ControlProtocol
package import SetkeyCore
import TextBytes

/// What the control server tells its owner. Everything comes on the main actor.
package protocol ControlServerDelegate: AnyObject {
    /// A client has connected.
    func connected(_ client: ClientID, peer: Peer)

    /// `client` calls; it is answered by ``ControlServer/reply(_:to:continues:)`` or ``ControlServer/fail(_:with:)``,
    /// now or later, and calls nothing else until then.
    func called(_ client: ClientID, _ call: IncomingCall)

    /// The replies that wait for `client` have become few again: less than the low-water mark.
    func drained(_ client: ClientID)

    /// `client` is gone; a call of it that runs need not be answered.
    func disconnected(_ client: ClientID, reason: DisconnectReason)

    /// Something that an administrator should know about the server itself.
    func log(_ notice: ControlServerNotice)
}

/// Why a connection has ended.
package enum DisconnectReason: Hashable, Sendable, CustomStringConvertible {
    /// The client went away.
    case left
    /// The client does not read: so many bytes waited for it.
    case queueOverflow(bytes: Int)
    /// A frame began and did not end in time.
    case halfFrame
    /// The client did not take its last reply in time.
    case lastReplyNotTaken
    /// The client, which is not privileged, kept its place for nothing.
    case idle
    /// The client, which is not privileged, has stopped reading: so many bytes wait for it.
    case stalled(bytes: Int)
    /// Of all connections of its user this one held most, and together they held too much.
    case overBudget(bytes: Int)
    /// What the client sent is not Varlink.
    case malformed(FrameError)
    /// The kernel refused to read or write.
    case failed(errno: Int32)
    /// The daemon wanted it.
    case closed(String)

    /// Whether it is the client's fault, and worth a line in the log.
    package var isFault: Bool {
        switch self {
        case .left, .closed, .idle: false
        default: true
        }
    }

    package var description: String {
        switch self {
        case .left: "it closed the connection"
        case .queueOverflow(let bytes), .stalled(let bytes): "it does not read: \(bytes) bytes of replies wait"
        case .idle: "it was idle"
        case .overBudget(let bytes): "its user's connections hold too much memory, this one most: \(bytes) bytes"
        case .halfFrame: "a call began and did not end in time"
        case .lastReplyNotTaken: "it did not read its last reply in time"
        case .malformed(let error): "it does not speak Varlink: \(error)"
        case .failed(let errno): "the connection failed: \(systemErrorText(errno))"
        case .closed(let reason): reason
        }
    }
}

/// What the server has to say about itself.
package enum ControlServerNotice: Hashable, Sendable, CustomStringConvertible {
    /// Every place that a client could get is taken, and it was turned away.
    case tooManyClients(limit: Int)
    /// A client was turned away because its user has as many places as one may have.
    case userHasShare(uid: UInt32, limit: Int)
    /// A connection could not be accepted; the server pauses and tries again.
    case acceptFailed(errno: Int32)

    /// What it has in common with other lines of the log.
    package var cause: LogCause {
        switch self {
        case .tooManyClients, .userHasShare: .refusal
        case .acceptFailed: .acceptFailure
        }
    }

    package var description: String {
        switch self {
        case .tooManyClients(let limit):
            "\(limit) clients are connected to the control socket; further ones are turned away"
        case .userHasShare(let uid, let limit):
            "uid \(uid) has \(limit) connections to the control socket; further ones are turned away"
        case .acceptFailed(let errno):
            "the control socket cannot accept a connection: \(systemErrorText(errno)); trying again"
        }
    }
}
