package import IPsec

/// What a daemon before this one left written down of what its file owns, read back.
///
/// One line each: `life NAME`, `at SECONDS`, `+ ENTRY` and `- ENTRY` in the order of events, `! ENTRY` for one whose
/// lifetime has ended, `file FINGERPRINT`. A last line without its end was being written when the daemon was killed:
/// nothing had followed from it.
package struct OwnershipRecord: Hashable, Sendable {
    /// What the file owns.
    package private(set) var identities = OwnedIdentities()
    /// From when on each entry was declared, seconds since 1970: its lifetime cannot have ended before that is added.
    package private(set) var times = PerDatabase<[SAIdentity: Int], [PolicyIdentity: Int]>(
        associations: [:], policies: [:])
    /// Entries whose lifetime has ended, and which are not added again.
    package private(set) var expired = OwnedIdentities()
    /// Of the file that was applied last.
    package private(set) var fingerprint: Fingerprint?
    /// Names the kernel tables that the entries were in. Other tables, those of another boot or of another network
    /// namespace, hold nothing of it: no lifetime has ended there.
    package private(set) var life: String?
    /// Lines of the file, history included.
    package private(set) var lineCount = 0

    /// What `at` may say: anything else is nothing that a daemon has written.
    private static let moments = 0...(1 << 40)

    /// The most that the file may have, in bytes: twice what a million policies with IPv6 addresses take, since the file
    /// is written anew when more than half of it is history.
    package static let fileLimit = 256 << 20

    package init() {}

    /// Whether something in it has a name that PF_KEY cannot say.
    var needsRicherTraits: Bool {
        identities.associations.contains { !$0.mark.isNone } || identities.policies.contains(where: \.isBound)
    }

    /// Reads the file piece by piece, and keeps nothing of it but the entries and the line that is being read.
    package struct Reader {
        /// What has been read so far.
        package private(set) var record = OwnershipRecord()
        /// Lines that were left out, because they are not of a form that a daemon writes.
        package private(set) var unreadable = 0
        /// The line that has not ended; at the end of the file, half of one.
        private var line: [UInt8] = []
        private var time = 0

        /// Twice as long as the longest that a daemon writes, a policy's with IPv6 addresses.
        private static let lineLimit = 256

        package init() {}

        /// Takes what comes next in the file.
        package mutating func take(_ bytes: ArraySlice<UInt8>) {
            for byte in bytes {
                if byte == 10 { endLine() } else if line.count <= Self.lineLimit { line.append(byte) }
            }
        }

        private mutating func endLine() {
            defer { line.removeAll(keepingCapacity: true) }
            guard let first = line.first, first != UInt8(ascii: "#") else { return }
            record.lineCount += 1
            guard line.count <= Self.lineLimit, read(String(decoding: line, as: UTF8.self)) else {
                unreadable += 1
                return
            }
        }

        private mutating func read(_ line: String) -> Bool {
            let words = line.split(separator: " ")
            switch (words.first, words.count) {
            case ("life", 2): record.life = String(words[1])
            case ("at", 2): time = Int(words[1]).flatMap { OwnershipRecord.moments.contains($0) ? $0 : nil } ?? time
            case ("file", 2): record.fingerprint = UInt64(words[1], radix: 16).map(Fingerprint.init)
            case (let verb?, _): return record.take(verb, words.dropFirst(), time)
            default: return false
            }
            return true
        }
    }

    private mutating func take(_ verb: Substring, _ name: ArraySlice<Substring>, _ time: Int) -> Bool {
        if let identity = SAIdentity(words: name) {
            return Self.take(
                verb, identity, time, &identities.associations, &times.associations, &expired.associations)
        }
        guard let identity = PolicyIdentity(words: name) else { return false }
        return Self.take(verb, identity, time, &identities.policies, &times.policies, &expired.policies)
    }

    private static func take<Name>(
        _ verb: Substring, _ name: Name, _ time: Int, _ names: inout Set<Name>, _ times: inout [Name: Int],
        _ expired: inout Set<Name>
    ) -> Bool {
        switch verb {
        case "!":
            expired.insert(name)
            return true
        case "+":
            names.insert(name)
            times[name] = time
        case "-":
            names.remove(name)
            times[name] = nil
        default: return false
        }
        expired.remove(name)
        return true
    }
}
