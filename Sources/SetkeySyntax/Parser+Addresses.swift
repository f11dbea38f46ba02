import IPsec

/// A port as written: a number, or a name that is looked up once its protocol is known.
struct WrittenPort {
    var number: UInt16 = 0
    /// The name; empty for a number.
    var name: Range<Int> = 0..<0
    var range: Range<Int>
}

/// An address of an SA, with its port.
struct WrittenEndpoint {
    let address: IPAddress
    let range: Range<Int>
    let port: WrittenPort?
}

/// The families that a statement allows: `-4`, `-6`.
struct WrittenFamilies {
    var ipv4 = false
    var ipv6 = false

    func allows(_ family: IPAddress.Family) -> Bool {
        ipv4 == ipv6 || (family == .ipv4 ? ipv4 : ipv6)
    }
}

extension Parser {
    /// `-4`, `-6`, `-n` and clusters of them; `-n` (numeric only) is what we always do.
    mutating func parseFamilies() throws(Diagnostic) -> WrittenFamilies {
        var families = WrittenFamilies()
        while current.kind == .word, bytes[current.start] == UInt8(ascii: "-") {
            for byte in bytes[(current.start + 1)..<current.end] {
                switch byte {
                case UInt8(ascii: "4"): families.ipv4 = true
                case UInt8(ascii: "6"): families.ipv6 = true
                case UInt8(ascii: "n"): break
                default: throw failure(current.range, "an unknown flag", "only -4, -6 and -n may stand here")
                }
            }
            guard current.range.count > 1 else { throw failure(current.range, "an empty flag", "write -4, -6 or -n") }
            advance()
        }
        return families
    }

    /// `addr` or `addr[port]`.
    mutating func parseEndpoint(_ families: WrittenFamilies) throws(Diagnostic) -> WrittenEndpoint {
        let range = try takeWord("an address", Self.addressAdvice)
        let address = try parseAddress(range, families)
        return WrittenEndpoint(address: address, range: range, port: try parsePort())
    }

    /// `addr`, `addr/plen`, `addr[port]` or `addr/plen[port]`.
    mutating func parsePrefix(
        _ families: WrittenFamilies
    ) throws(Diagnostic) -> (AddressPrefix, Range<Int>, WrittenPort?) {
        let range = try takeWord("an address", Self.addressAdvice)
        guard let slash = bytes[range].firstIndex(of: UInt8(ascii: "/")) else {
            return (AddressPrefix(address: try parseAddress(range, families)), range, try parsePort())
        }
        let address = try parseAddress(range.lowerBound..<slash, families)
        let maximum = UInt64(address.bitCount)
        let lengthRange = slash + 1..<range.upperBound
        let length = try parseDecimal(lengthRange, "the prefix length", upTo: maximum)
        return (AddressPrefix(address: address, length: UInt8(length)), range, try parsePort())
    }

    private static let addressAdvice = "write a numeric IPv4 or IPv6 address"

    func parseAddress(_ range: Range<Int>, _ families: WrittenFamilies) throws(Diagnostic) -> IPAddress {
        guard let address = IPAddress(parsing: lexer.bytes[range]) else { throw notAnAddress(range) }
        guard families.allows(address.family) else {
            let (flag, family) = address.family == .ipv4 ? ("-6", "IPv4") : ("-4", "IPv6")
            throw failure(range, "an \(family) address behind \(flag)", "remove \(flag), or write the other address")
        }
        return address
    }

    private func notAnAddress(_ range: Range<Int>) -> Diagnostic {
        let text = bytes[range]
        if let percent = text.firstIndex(of: UInt8(ascii: "%")), IPAddress(parsing: text[..<percent]) != nil {
            let message = "PF_KEY cannot bind an address to an interface"
            return failure(percent..<range.upperBound, message, "remove the scope, or use the XFRM interface")
        }
        if let slash = text.firstIndex(of: UInt8(ascii: "/")), IPAddress(parsing: text[..<slash]) != nil {
            return failure(slash..<range.upperBound, "an SA has addresses, not prefixes", "remove the prefix length")
        }
        let looksNumeric = text.allSatisfy { $0.hexadecimalDigitValue != nil || $0 == 46 || $0 == 58 }
        if looksNumeric, text.contains(46) || text.contains(58) || text.allSatisfy({ $0 < 58 }) {
            return failure(range, "this is no IPv4 or IPv6 address", "write it like 192.0.2.1 or 2001:db8::1")
        }
        let advice =
            "write it as a number: a name could mean another host tomorrow, and may need the network that IPsec protects"
        return failure(range, "an address must be numeric, not a host name", advice)
    }

    func requireOneFamily(_ source: WrittenEndpoint, _ destination: WrittenEndpoint) throws(Diagnostic) {
        try requireOneFamily(source.address, destination.address, destination.range)
    }

    func requireOneFamily(_ source: IPAddress, _ other: IPAddress, _ range: Range<Int>) throws(Diagnostic) {
        guard source.family != other.family else { return }
        throw failure(range, "source and destination are of different address families", "write two of one family")
    }

    // MARK: Ports

    /// `[any]`, `[N]` or `[name]`, if it stands here.
    private mutating func parsePort() throws(Diagnostic) -> WrittenPort? {
        guard current.kind == .leftBracket else { return nil }
        let start = current.start
        advance()
        let range = try takeWord("a port", "write [any], a number, or the name of a service")
        guard current.kind == .rightBracket else { throw unexpected("']'") }
        var port = WrittenPort(range: start..<current.end)
        advance()
        if bytes[range.lowerBound] &- 48 < 10, bytes[range].allSatisfy({ $0 &- 48 < 10 }) {
            port.number = UInt16(try parseDecimal(range, "the port", upTo: 65535))
        } else if !bytes[range].elementsEqual("any".utf8) {
            port.name = range
        }
        return port
    }

    /// The number of a port for a protocol by name; 0 where none is written.
    func resolve(_ port: WrittenPort?, for protocolName: String?) throws(Diagnostic) -> UInt16 {
        guard let port, !port.name.isEmpty else { return port?.number ?? 0 }
        let name = String(decoding: bytes[port.name], as: UTF8.self)
        guard let number = options.serviceNames.port(of: name, for: protocolName) else {
            let advice = "write the number; names are those of /etc/services"
            throw failure(port.name, "no such service, or none that has one port for this protocol", advice)
        }
        return number
    }
}
