import IPsec
import TextBytes

// What stands where a numeric address is wanted, and what to write instead.

extension Parser {
    /// The error of a word that is no address.
    ///
    /// - Parameter isPrefix: whether it is one of a policy, which a prefix length may follow.
    func notAnAddress(_ range: Range<Int>, _ isPrefix: Bool) -> Diagnostic {
        let text = bytes[range]
        if let percent = text.firstIndex(of: UInt8(ascii: "%")), IPAddress(parsing: text[..<percent]) != nil {
            let message = "\(options.traits.name) cannot bind an address to an interface"
            return failure(percent..<range.upperBound, message, "remove the scope, or use the XFRM interface")
        }
        if let slash = text.firstIndex(of: UInt8(ascii: "/")), IPAddress(parsing: text[..<slash]) != nil {
            return failure(slash..<range.upperBound, "an SA has addresses, not prefixes", "remove the prefix length")
        }
        if let hyphen = text.firstIndex(of: UInt8(ascii: "-")), IPAddress(parsing: text[..<hyphen]) != nil {
            return isPrefix
                ? failure(
                    range, "Linux policies have prefixes, not ranges of addresses", "write a policy for each prefix")
                : failure(range, "an SA has two addresses, not ranges of them", "write an SA for each address")
        }
        if Self.wordsForAll.contains(where: { text.elementsEqual($0.utf8) }) {
            let advice = isPrefix ? "write 0.0.0.0/0 for IPv4, or ::/0 for IPv6" : "write the address"
            return failure(range, "there is no word for all addresses", advice)
        }
        if let complete = completed(text) {
            return failure(
                range, "an IPv4 address has four numbers", "write all of them; ipsec-tools took this for \(complete)")
        }
        let looksNumeric = text.allSatisfy { $0.hexadecimalDigitValue != nil || $0 == 46 || $0 == 58 }
        if looksNumeric, text.contains(46) || text.contains(58) || text.allSatisfy({ $0 < 58 }) {
            return failure(range, "this is not an IPv4 or IPv6 address", "write it like 192.0.2.1 or 2001:db8::1")
        }
        let advice =
            "write it as a number: a name could mean another host tomorrow, and may need the network that IPsec protects"
        return failure(range, "an address must be numeric, not a host name", advice)
    }

    /// What other programs call all addresses.
    private static let wordsForAll = ["any", "all", "default", "anywhere", "*"]

    /// The address that inet_aton(3) makes of one to three decimal numbers with dots: the last one fills the rest.
    private func completed(_ text: ArraySlice<UInt8>) -> IPAddress? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.allSatisfy { $0 &- 48 < 10 } ? UInt32(String(decoding: part, as: UTF8.self)) : nil
        }
        // A number without dots and so long is something else, perhaps a key.
        guard numbers.count == parts.count, numbers.count < 4, numbers.count > 1 || text.count <= 3,
            let last = numbers.last,
            numbers.dropLast().allSatisfy({ $0 < 256 }), UInt64(last) < 1 << UInt64(8 * (5 - numbers.count))
        else { return nil }
        let head = numbers.dropLast().enumerated().reduce(UInt32(0)) { $0 | $1.element << UInt32(24 - 8 * $1.offset) }
        return IPAddress(ipv4: head | last)
    }
}
