/// A line for the log; never a key.
package struct LogEntry: Hashable, Sendable {
    /// How much it matters; the numbers are syslog's.
    package enum Priority: Int, Sendable {
        /// Traffic may be unprotected, or the daemon cannot do what it is for.
        case error = 3
        /// Somebody should look.
        case warning = 4
        /// What an administrator wants to find afterwards.
        case notice = 5
        /// Everything else.
        case info = 6
    }

    /// How much it matters.
    package let priority: Priority
    /// One line for people.
    package let message: String
    /// What it is about, where programs look for it.
    package let kind: LogKind?
    /// What it speaks of, by fields of the journal.
    package let fields: [LogField]

    package init(_ priority: Priority, _ message: String, kind: LogKind? = nil, fields: [LogField] = []) {
        self.priority = priority
        self.message = message
        self.kind = kind
        self.fields = fields
    }
}
