import SetkeyCore

/// The journal, told by sd_journal_sendv(3).
nonisolated struct Journal: Sendable {
    /// Sends one entry.
    ///
    /// - Returns: whether the journal took it.
    func send(_ entry: LogEntry) -> Bool {
        var text: [UInt8] = []
        var ends: [Int] = []
        for field in Self.fields(of: entry) {
            text += field.utf8
            ends.append(text.count)
        }
        return Systemd.sendToJournal(&text, ends: ends)
    }

    /// `NAME=value`, one each; a value may have several lines.
    static func fields(of entry: LogEntry) -> [String] {
        var fields = [
            "MESSAGE=\(entry.message)", "PRIORITY=\(entry.priority.rawValue)", "SYSLOG_IDENTIFIER=setkeyd",
        ]
        if let kind = entry.kind {
            fields.append("MESSAGE_ID=\(kind.messageID)")
            fields.append("SETKEYD_EVENT=\(kind.rawValue)")
        }
        return fields + entry.fields.map { "\($0.name.rawValue)=\($0.value)" }
    }
}
