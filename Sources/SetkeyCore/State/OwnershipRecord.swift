package import IPsec

/// What a daemon before this one left written down of what its file owns, read back.
///
/// One line each: `life NAME`, `at SECONDS`, `+ ENTRY` and `- ENTRY` in the order of events, `! ENTRY` for an SA whose
/// lifetime has ended, `file FINGERPRINT`. A last line without its end was being written when the daemon was killed:
/// nothing had followed from it.
package struct OwnershipRecord: Hashable, Sendable {
    package private(set) var identities = OwnedIdentities()
    /// From when on each SA was declared, seconds since 1970: its lifetime cannot have ended before that is added.
    package private(set) var times: [SAIdentity: Int] = [:]
    package private(set) var expired: Set<SAIdentity> = []
    /// Of the file that was applied last.
    package private(set) var fingerprint: Fingerprint?
    /// Names the kernel tables that the entries were in. Other tables, those of another boot or of another network
    /// namespace, hold nothing of it: no lifetime has ended there.
    package private(set) var life: String?
    /// Lines of the file, history included.
    package private(set) var lineCount = 0

    /// What `at` may say: anything else is nothing that a daemon has written.
    private static let moments = 0...(1 << 40)

    package init() {}

    /// Reads the text of the file; a line that is not one is left out and counted.
    ///
    /// - Parameter unreadable: gets the number of such lines.
    package init(parsing text: String, unreadable: inout Int) {
        var time = 0
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // What stands behind the last newline: nothing, or half a line.
        lines.removeLast()
        for line in lines where !line.isEmpty && !line.hasPrefix("#") {
            lineCount += 1
            let words = line.split(separator: " ")
            switch (words.first, words.count) {
            case ("life", 2): life = String(words[1])
            case ("at", 2): time = Int(words[1]).flatMap { Self.moments.contains($0) ? $0 : nil } ?? time
            case ("file", 2): fingerprint = UInt64(words[1], radix: 16).map(Fingerprint.init)
            case (let verb?, _) where take(verb, words.dropFirst(), time): break
            default: unreadable += 1
            }
        }
    }

    private mutating func take(_ verb: Substring, _ name: ArraySlice<Substring>, _ time: Int) -> Bool {
        if let identity = SAIdentity(words: name) {
            return take(verb, identity, time)
        } else if let identity = PolicyIdentity(words: name) {
            return take(verb, identity)
        }
        return false
    }

    private mutating func take(_ verb: Substring, _ identity: SAIdentity, _ time: Int) -> Bool {
        switch verb {
        case "+":
            identities.associations.insert(identity)
            expired.remove(identity)
            times[identity] = time
        case "-":
            identities.associations.remove(identity)
            expired.remove(identity)
            times[identity] = nil
        case "!": expired.insert(identity)
        default: return false
        }
        return true
    }

    private mutating func take(_ verb: Substring, _ identity: PolicyIdentity) -> Bool {
        switch verb {
        case "+": identities.policies.insert(identity)
        case "-": identities.policies.remove(identity)
        default: return false
        }
        return true
    }
}
