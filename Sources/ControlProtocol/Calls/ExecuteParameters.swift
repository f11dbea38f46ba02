/// `Execute`: setkey text to run.
///
/// A run may be longer than a frame: the client cuts it between statements and sends the parts as calls on one
/// connection, all but the last with ``unfinished`` set. Each part is parsed whole before any of it is applied.
package struct ExecuteParameters: Codable, Hashable, Sendable {
    /// How many parts of a run may be read ahead.
    package static let aheadLimit = 64
    /// How many bytes of text may be.
    package static let aheadByteLimit = aheadLimit * 64 << 10

    /// Statements of the setkey language; no `include`, no `@NAME`: the client has resolved them.
    package var text: WireText
    /// Whether an `in` policy also becomes a `fwd` one (`setkey -r`); otherwise policies go in as written.
    package var rfcSemantics: Bool?
    /// Whether the first failure undoes what the run has applied, and ends it.
    package var atomic: Bool?
    /// Whether `get` and `dump` may show keys; for the privileged alone.
    package var showKeys: Bool?
    /// Whether the replies carry every kernel message that passes meanwhile (`setkey -v`).
    package var verbose: Bool?
    /// Whether dumps show ports (`setkey -p`).
    package var showPorts: Bool?
    /// Whether `get` and `dump` answer with records in place of text.
    package var records: Bool?
    /// Whether a further part of this run follows.
    package var unfinished: Bool?
    /// Whether the part is only read: nothing of the run is begun before a part without this has come.
    package var ahead: Bool?

    /// The last part of a run, or all of it, with no option set.
    package init(text: WireText) {
        self.text = text
    }
}
