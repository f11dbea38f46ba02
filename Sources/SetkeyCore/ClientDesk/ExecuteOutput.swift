import ControlProtocol
import IPsec
import TextBytes

/// What a run has to show its client, besides what has become of its statements.
struct ExecuteOutput: Sendable {
    /// So many bytes of messages wait at most; what comes while that many do is counted, not kept.
    private static let messageLimit = 256 * 1024

    /// What `get` and the dumps print.
    var text = WireText(reserving: 0)
    private var messages: [UInt8] = []
    /// Messages that were not kept.
    private var unkeptMessages = 0

    /// Its bytes, about.
    var size: Int { text.approximateByteCount + messages.count }

    /// Whether there is room for another kernel message: between two calls of a run, and while a client does not read,
    /// nobody takes them.
    var takesMessages: Bool { messages.count < Self.messageLimit }

    /// Notes a kernel message, or that there was one and no room.
    /// - Parameter isMade: whether there was room when the message came.
    mutating func note(_ message: ShownMessage.Form?, isMade: Bool) {
        guard takesMessages, isMade else { return unkeptMessages += 1 }
        if let message { messages += message.text }
    }

    /// Gives everything to a reply.
    mutating func move(to reply: inout ExecuteReply) {
        if !text.isEmpty { reply.output = text }
        if unkeptMessages > 0 {
            let count = counted(unkeptMessages, "kernel message is", "kernel messages are")
            messages += "setkeyd: \(count) missing here: they came faster than this client reads\n".utf8
        }
        if !messages.isEmpty { reply.messages = WireText(messages) }
        self = ExecuteOutput()
    }
}
