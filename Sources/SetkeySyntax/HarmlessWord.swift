import IPsec

/// A word of a text that a message may repeat, because it cannot be key material: a word of the language, or one so
/// near to such a word that it can only be a slip.
///
/// Everything that quotes the source in a message goes through here. What is not harmless stays unsaid.
struct HarmlessWord {
    /// The word as it stands in the text.
    let text: String
    /// The known word that it is, or the nearest one.
    let known: String

    var isExact: Bool { text == known }
    /// Whether a key may follow.
    var isAlgorithm: Bool { Self.algorithms.contains(known) }

    /// `nil` where the word could be a key, or part of one.
    init?(_ word: ArraySlice<UInt8>) {
        guard word.count >= 2, word.count <= Self.maximumLength, word.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return nil
        }
        text = String(decoding: word, as: UTF8.self)
        if Self.knownWords.contains(text) {
            known = text
            return
        }
        let lowered = word.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
        // Digits of a key may look like a word of these letters.
        guard lowered.contains(where: { (103...122).contains($0) }), let near = Self.nearest(to: lowered) else {
            return nil
        }
        known = near
    }

    private static let maximumLength = 32

    private static func nearest(to word: [UInt8]) -> String? {
        let letters = letters(of: word)
        var best: (word: String, distance: Int)?
        for length in max(1, word.count - 2)...word.count + 2 where length < candidates.count {
            let allowance = allowance(length)
            guard abs(length - word.count) <= allowance else { continue }
            // Each wrong letter takes one away and brings one.
            for known in candidates[length] where (known.letters ^ letters).nonzeroBitCount <= 2 * allowance {
                let distance = distance(known.bytes, word)
                guard distance <= allowance, distance < best?.distance ?? .max else { continue }
                best = (known.word, distance)
            }
        }
        return best?.word
    }

    /// Which bytes a word has, a bit for two of them each.
    private static func letters(of word: [UInt8]) -> UInt64 {
        word.reduce(0) { $0 | 1 << UInt64($1 & 63) }
    }

    /// How many letters may be wrong: so few that no four bytes of anything else are in the word.
    private static func allowance(_ length: Int) -> Int {
        length < 4 ? 0 : length < 8 ? 1 : 2
    }

    /// How many letters are to be put in, left out or exchanged for others; two that have changed places count as one.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column] + (byte == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }

    // MARK: Words

    private static let knownWords = Set(
        Keyword.allCases.map(\.rawValue) + algorithms + foreignWords + upperLayers)

    private static let algorithms = Set(
        Algorithm.table.flatMap { [$0.name, $0.xfrmName] + $0.aliases + $0.foreignNames }
    ).subtracting([""])

    private struct Candidate {
        let word: String
        let bytes: [UInt8]
        let letters: UInt64
    }

    /// The known words by their length.
    private static let candidates: [[Candidate]] = {
        var candidates = [[Candidate]](repeating: [], count: maximumLength + 3)
        for word in knownWords.sorted() {
            let bytes = Array(word.utf8)
            candidates[bytes.count].append(Candidate(word: word, bytes: bytes, letters: letters(of: bytes)))
        }
        return candidates
    }()

    /// What other programs write, and people write here, too.
    private static let foreignWords = [
        "enc", "auth", "auth-trunc", "aead", "comp", "proto", "spi", "reqid", "replay-window", "state", "policy", "dir",
        "tmpl", "beet", "allow", "block", "<hidden>",
    ]

    /// What `/etc/protocols` and `/etc/services` call the things that policies are about.
    private static let upperLayers = [
        "icmp", "icmp6", "icmpv6", "ipv6-icmp", "igmp", "ip", "ip4", "ipencap", "ipv4", "ipv6", "udp", "udplite", "gre",
        "ospf", "ospfigp", "vrrp", "pim", "l2tp", "sctp", "dccp", "mobility-header", "ssh", "http", "https", "domain",
        "isakmp", "ipsec-nat-t", "ntp", "snmp", "syslog", "bgp", "telnet", "smtp", "ldap", "nfs",
    ]
}

extension StatementParser {
    /// The word at `range` for a message, with the known word that it is or nearly is; `nil` where it must not be
    /// repeated, because it could be a key or part of one, or because quotes may be out of step.
    mutating func quotable(_ range: Range<Int>) -> HarmlessWord? {
        isOutOfStep || lexer.place.longStringCount > 0 ? nil : HarmlessWord(copy(range)[...])
    }
}
