/// A line for the log; never a key.
package struct LogEntry: Hashable, Sendable {
    /// How much it matters; the numbers are syslog's.
    package enum Priority: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    package let priority: Priority
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
