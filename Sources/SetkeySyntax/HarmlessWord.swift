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
        // Digits of a key may look like a word of these letters.
        guard word.contains(where: { $0.hexadecimalDigitValue == nil }) else { return nil }
        let lowered = word.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
        guard let near = Self.nearest(to: lowered) else { return nil }
        known = near
    }

    private static let maximumLength = 32

    private static func nearest(to word: [UInt8]) -> String? {
        var best: (word: String, distance: Int)?
        for (known, bytes) in knownBytes where abs(bytes.count - word.count) <= allowance(bytes.count) {
            let distance = distance(bytes, word)
            guard distance <= allowance(bytes.count), distance < best?.distance ?? .max else { continue }
            best = (known, distance)
        }
        return best?.word
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
        Keyword.allCases.map(\.rawValue)
            + Algorithm.table.flatMap { [$0.name, $0.xfrmName] + $0.aliases + $0.foreignNames }
            + foreignWords + upperLayers
    ).filter { !$0.isEmpty }

    private static let knownBytes = knownWords.sorted().map { ($0, Array($0.utf8)) }

    /// What other programs write, and who comes from them writes here.
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

extension Parser {
    /// The word at `range` for a message, with the known word that it is or nearly is; `nil` where it must not be
    /// repeated, because it could be a key or part of one, or because quotes may be out of step.
    func quotable(_ range: Range<Int>) -> HarmlessWord? {
        isOutOfStep || lexer.longStringCount > 0 ? nil : HarmlessWord(lexer.bytes[range])
    }
}
