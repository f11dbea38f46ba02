import IPsec
import TextBytes

// What stands where a numeric address is wanted, and what to write instead.

extension StatementParser {
    /// The error of a word that is no address.
    ///
    /// - Parameter isPrefix: whether it is one of a policy, which a prefix length may follow.
    mutating func notAnAddress(_ range: Range<Int>, _ isPrefix: Bool) -> Diagnostic {
        if let percent = endOfAddress(before: UInt8(ascii: "%"), in: range) {
            return needsXFRM(percent..<range.upperBound, "an address of one interface", else: "remove the scope")
        }
        if let slash = endOfAddress(before: UInt8(ascii: "/"), in: range) {
            return failure(slash..<range.upperBound, "an SA has addresses, not prefixes", "remove the prefix length")
        }
        if endOfAddress(before: UInt8(ascii: "-"), in: range) != nil {
            return isPrefix
                ? failure(
                    range, "Linux policies have prefixes, not ranges of addresses", "write a policy for each prefix")
                : failure(range, "an SA has two addresses, not ranges of them", "write an SA for each address")
        }
        let text = copy(range)
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

    /// Where `byte` follows an address at the start of `range`.
    mutating func endOfAddress(before byte: UInt8, in range: Range<Int>) -> Int? {
        firstIndex(of: byte, in: range).flatMap { IPAddress(parsing: bytes(range.lowerBound..<$0)) != nil ? $0 : nil }
    }

    /// The error of an address after the flag for the other ones.
    mutating func wrongFamily(of address: IPAddress, _ range: Range<Int>) -> Diagnostic {
        let (flag, family) = address.family == .ipv4 ? ("-6", "IPv4") : ("-4", "IPv6")
        return failure(range, "an \(family) address after \(flag)", "remove \(flag), or write the other address")
    }

    /// The error of what follows the slash behind an address.
    mutating func notAPrefixLength(_ range: Range<Int>, of address: IPAddress) -> Diagnostic {
        guard let mask = IPAddress(parsing: bytes(range)), mask.family == .ipv4 else {
            return notADecimal(range, "the prefix length", upTo: UInt64(address.bitCount), nil)
        }
        let count = (~mask.ipv4Bits).leadingZeroBitCount
        let isMask = mask == IPAddress(ipv4: .max).masked(toPrefix: UInt8(count))
        return failure(
            range, "the prefix length is a number of bits, not a netmask", isMask ? "write /\(count)" : "write 0...32")
    }

    /// What other programs call all addresses.
    private static let wordsForAll = ["any", "all", "default", "anywhere", "*"]

    /// The address that inet_aton(3) makes of one to three decimal numbers with dots: the last one fills the rest.
    private mutating func completed(_ text: [UInt8]) -> IPAddress? {
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
