import ControlProtocol
import TextBytes

/// A database as one JSON object, whose records are written as they come: `{"associations":[`, the records, `]`, and what else
/// the last part of the answer says.
struct RecordDocument {
    private let array: String
    /// What begins a record, and the end of them.
    private let separator: StaticString
    /// Whether a part of it has been written.
    private(set) var hasBegun = false
    private var isFirst = true
    /// Why the kernel does not tell all.
    private(set) var incomplete: String?

    /// - Parameter lines: whether each record has a line of its own; otherwise the document has one.
    init(of database: DatabaseName, lines: Bool) {
        array = database.rawValue
        separator = lines ? "\n" : ""
    }

    /// Writes what `part` of the answer has; the document ends with the last part.
    mutating func write(_ part: ReceivedReply, to output: inout FileOutput) throws(ClientFailure) {
        var text: [UInt8] = []
        if !hasBegun { text += "{\"\(array)\":[".utf8 }
        hasBegun = true
        for record in part.elements(of: array) {
            if !isFirst { text.append(",") }
            isFirst = false
            text.append(separator)
            text += record
        }
        if !part.continues {
            text.append(separator)
            text.append("]")
            for member in part.members(without: array) {
                text.append(",")
                text += member
            }
            text.append("}\n")
            incomplete = part.string("incomplete")
        }
        try output.write(JSONDocument.shown(text))
    }
}
