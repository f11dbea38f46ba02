internal import IPsec

/// Which request the records of a dump belong to; they do not say it themselves.
///
/// The kernel runs one dump a socket and refuses a second with `EBUSY`, in the middle of the first one's records. Where
/// the end of the first was lost, the second runs: its first record tells.
struct PFKeyDumpProgress: Sendable {
    private var running: Dump?
    private var waiting: Dump?

    private struct Dump {
        let id: RequestID
        let type: PFKeyMessageType
        var hasBegun = false
    }

    /// A dump has been asked for.
    mutating func begin(_ id: RequestID, _ type: PFKeyMessageType) {
        if running == nil {
            running = Dump(id: id, type: type)
        } else {
            waiting = Dump(id: id, type: type)
        }
    }

    /// A dump was refused, or its end said as a refusal.
    mutating func refuse(_ id: RequestID) {
        if running?.id == id { finish() } else if waiting?.id == id { waiting = nil }
    }

    /// A record has come; says which request it answers.
    mutating func advance(_ type: PFKeyMessageType, sequence: UInt32, isLast: Bool) -> RequestID? {
        if let waiting, waiting.type == type, running?.type != type || (running?.hasBegun == true && sequence == 1) {
            finish()
        }
        guard running?.type == type else { return nil }
        running?.hasBegun = true
        defer { if isLast { finish() } }
        return running?.id
    }

    private mutating func finish() {
        running = waiting
        waiting = nil
    }
}
