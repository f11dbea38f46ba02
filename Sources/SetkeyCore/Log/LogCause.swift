/// What lines of the log have in common that others can provoke at will: of each, only so many are written in a minute.
package enum LogCause: Hashable, CaseIterable, Sendable {
    /// A client was disconnected for something that it did.
    case disconnection
    /// A client was turned away because all places, or those of its user, are taken.
    case refusal
    /// A connection could not be accepted.
    case acceptFailure
    /// The kernel socket had a message that cannot be read.
    case unreadableMessage
    /// Nothing could be received from the kernel.
    case failedReception
    /// The kernel's messages overran the socket.
    case overrun

    /// What the one line, or the lines, that were not written say.
    var summary: (one: String, many: String) {
        switch self {
        case .disconnection: ("client disconnected for what it did", "clients disconnected for what they did")
        case .refusal: ("client turned away", "clients turned away")
        case .acceptFailure: ("connection not accepted", "connections not accepted")
        case .unreadableMessage: ("unreadable kernel message", "unreadable kernel messages")
        case .failedReception: ("failed reception from the kernel", "failed receptions from the kernel")
        case .overrun: ("overrun of the kernel socket", "overruns of the kernel socket")
        }
    }
}
