import ControlProtocol
import IPsec
import TextBytes

/// What a run has to show its client, besides what has become of its statements.
struct ExecuteOutput: Sendable {
    /// So many bytes of messages wait at most; what comes while that many do is counted, not kept.
    private static let messageLimit = 256 * 1024

    /// What `get` and the dumps print.
    var text = WireText(reserving: 0)
    /// The same as records, where these are wanted; empty where a dump found nothing.
    private var associations: [AssociationRecord]?
    private var policies: [PolicyRecord]?
    private var messages: [UInt8] = []
    /// Messages that were not kept.
    private var unkeptMessages = 0

    /// Its bytes, about.
    var size: Int {
        let records = (associations?.count ?? 0) + (policies?.count ?? 0)
        return text.approximateByteCount + messages.count + 1024 * records
    }

    /// Whether there is room for another kernel message: between two calls of a run, and while a client does not read,
    /// nobody takes them.
    var takesMessages: Bool { messages.count < Self.messageLimit }

    /// Notes a kernel message, or that there was one and no room.
    /// - Parameter isMade: whether there was room when the message came.
    mutating func note(_ message: ShownMessage.Form?, isMade: Bool) {
        guard takesMessages, isMade else { return unkeptMessages += 1 }
        if let message { messages += message.text }
    }

    mutating func append(_ records: [AssociationRecord]) { associations = (associations.take() ?? []) + records }

    mutating func append(_ records: [PolicyRecord]) { policies = (policies.take() ?? []) + records }

    /// Gives everything to a reply.
    mutating func move(to reply: inout ExecuteReply) {
        if !text.isEmpty { reply.output = text }
        (reply.associations, reply.policies) = (associations, policies)
        if unkeptMessages > 0 {
            let count = counted(unkeptMessages, "kernel message is", "kernel messages are")
            messages += "setkeyd: \(count) missing here: they came faster than this client reads\n".utf8
        }
        if !messages.isEmpty { reply.messages = WireText(messages) }
        self = ExecuteOutput()
    }
}
