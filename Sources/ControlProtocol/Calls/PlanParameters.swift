/// `Plan`: what a reload would do.
package struct PlanParameters: Codable, Hashable, Sendable {
    /// Statements to take instead of the configuration, for the privileged alone: who may try texts can try keys.
    /// Nothing for the configuration as it is on disk. In parts as in ``ExecuteParameters``.
    package var text: WireText?
    /// Whether a further part of the text follows.
    package var unfinished: Bool?
    /// At which moment, in seconds since 1970; nothing for now.
    package var at: Int?

    package init() {}
}
