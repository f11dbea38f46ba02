/// Parameters with one text that may be long, which therefore travels past the general encoder and decoder.
protocol BulkText: Codable {
    /// The field's name on the wire.
    static var bulkField: String { get }
    /// The field; `nil` where it is not there.
    var bulkText: WireText? { get set }
}

extension ExecuteParameters: BulkText {
    static var bulkField: String { "text" }
    var bulkText: WireText? {
        get { text }
        set { text = newValue ?? "" }
    }
}

extension PlanParameters: BulkText {
    static var bulkField: String { "text" }
    var bulkText: WireText? {
        get { text }
        set { text = newValue }
    }
}

extension RenderReply: BulkText {
    static var bulkField: String { "text" }
    var bulkText: WireText? {
        get { text }
        set { text = newValue ?? "" }
    }
}

extension ExecuteReply: BulkText {
    static var bulkField: String { "output" }
    var bulkText: WireText? {
        get { output }
        set { output = newValue }
    }
}
