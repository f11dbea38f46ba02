/// A call of `org.setkeyd` with what the caller expects of the answer.
package struct IncomingCall: Hashable, Sendable {
    /// What is asked.
    package var call: Call
    /// Whether the caller takes several replies.
    package var more: Bool
    /// Whether the caller takes none.
    package var oneway: Bool

    package init(call: Call, more: Bool = false, oneway: Bool = false) {
        self.call = call
        self.more = more
        self.oneway = oneway
    }
}

/// A frame that a client sent, decoded.
package enum IncomingFrame: Hashable, Sendable {
    /// A call of our interface.
    case call(IncomingCall)
    /// A call of `org.varlink.service`.
    case service(ServiceCall, oneway: Bool)
}

/// Why a frame is not a call that can be carried out.
package enum CallError: Error, Hashable, Sendable {
    /// It is no Varlink call at all: whoever sends that does not speak the protocol.
    case malformed(FrameError)
    /// It is a call, but one that nobody here answers; the connection goes on.
    case refused(ServiceError, oneway: Bool)
}
