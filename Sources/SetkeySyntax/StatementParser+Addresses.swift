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

/// One side of a selector.
struct WrittenPrefix {
    var prefix = AddressPrefix(address: .unspecified(.ipv4))
    var range: Range<Int>
    /// Where `%eth0` behind the address has its name; `nil` for none.
    var device: Range<Int>?
    var port: WrittenPort?
}

/// The families that a statement allows: `-4`, `-6`.
struct WrittenFamilies {
    var ipv4 = false
    var ipv6 = false

    func allows(_ family: IPAddress.Family) -> Bool {
        ipv4 == ipv6 || (family == .ipv4 ? ipv4 : ipv6)
    }
}

extension StatementParser {
    /// `-4`, `-6`, `-n` and clusters of them; `-n` (numeric only) is what we always do.
    mutating func parseFamilies() throws(Diagnostic) -> WrittenFamilies {
        var families = WrittenFamilies()
        while current.kind == .word, text[current.start] == UInt8(ascii: "-") {
            for index in (current.start + 1)..<current.end {
                switch text[index] {
                case UInt8(ascii: "4"): families.ipv4 = true
                case UInt8(ascii: "6"): families.ipv6 = true
                case UInt8(ascii: "n"): break
                default: throw failure(current.range, "an unknown flag", "only -4, -6 and -n are possible here")
                }
            }
            guard current.range.count > 1 else { throw failure(current.range, "an empty flag", "write -4, -6 or -n") }
            advance()
        }
        return families
    }

    /// `addr` or `addr[port]`; a wrong address is noted, and the unspecified one takes its place.
    mutating func parseEndpoint(_ families: WrittenFamilies) throws(Diagnostic) -> WrittenEndpoint {
        let range = try takeWord("an address", Self.addressAdvice)
        var address = IPAddress.unspecified(.ipv4)
        do throws(Diagnostic) {
            address = try parseAddress(range, families)
        } catch {
            try note(error, ofWordAt: range)
        }
        return WrittenEndpoint(address: address, range: range, port: try parsePort())
    }

    /// `addr`, `addr/plen`, `addr[port]` or `addr/plen[port]`, perhaps with blanks in between, and `%IF` behind the address;
    /// a wrong one is noted, and another takes its place.
    mutating func parsePrefix(_ families: WrittenFamilies) throws(Diagnostic) -> WrittenPrefix {
        let (word, length) = try takePrefix()
        var written = WrittenPrefix(range: word.lowerBound..<previousEnd)
        do throws(Diagnostic) {
            written.prefix = try parsePrefix(word, length, families)
        } catch {
            // Few have a scope: it is looked for where the word is no address.
            if let percent = scope(of: word) {
                written.device = percent + 1..<word.upperBound
                written.prefix = try parsePrefix(word.lowerBound..<percent, length, families)
            } else {
                try note(error, ofWordAt: word)
            }
        }
        written.port = try parsePort()
        return written
    }

    /// Where `%` stands behind an address, if the kernel interface knows of devices.
    private mutating func scope(of word: Range<Int>) -> Int? {
        options.traits.carriesMarks ? endOfAddress(before: UInt8(ascii: "%"), in: word) : nil
    }

    /// The address, and what follows its slash, which blanks may surround.
    private mutating func takePrefix() throws(Diagnostic) -> (address: Range<Int>, length: Range<Int>?) {
        var address = try takeWord("an address", Self.addressAdvice)
        var length: Range<Int>?
        if let slash = firstIndex(of: UInt8(ascii: "/"), in: address) {
            length = slash + 1..<address.upperBound
            address = address.lowerBound..<slash
        } else if current.kind == .word, text[current.start] == UInt8(ascii: "/") {
            length = current.start + 1..<current.end
            advance()
        }
        if length?.isEmpty == true, current.kind == .word, bytes(current.range).areDecimalDigits {
            length = current.range
            advance()
        }
        return (address, length)
    }

    @inline(__always)
    private mutating func parsePrefix(
        _ range: Range<Int>, _ length: Range<Int>?, _ families: WrittenFamilies
    ) throws(Diagnostic) -> AddressPrefix {
        let address = try parseAddress(range, families, isPrefix: true)
        guard let length else { return AddressPrefix(address: address) }
        guard let bitCount = bytes(length).decimal(upTo: UInt64(address.bitCount)) else {
            throw notAPrefixLength(length, of: address)
        }
        return AddressPrefix(address: address, length: UInt8(bitCount))
    }

    private static let addressAdvice = "write a numeric IPv4 or IPv6 address"

    /// - Parameter isPrefix: whether a prefix length may follow, which is for the advice.
    @inline(__always)
    mutating func parseAddress(
        _ range: Range<Int>, _ families: WrittenFamilies, isPrefix: Bool = false
    ) throws(Diagnostic) -> IPAddress {
        guard let address = IPAddress(parsing: bytes(range)) else { throw notAnAddress(range, isPrefix) }
        guard families.allows(address.family) else { throw wrongFamily(of: address, range) }
        return address
    }

    @inline(__always)
    mutating func requireOneFamily(_ source: WrittenEndpoint, _ destination: WrittenEndpoint) throws(Diagnostic) {
        try requireOneFamily(source.address, destination.address, destination.range)
    }

    @inline(__always)
    mutating func requireOneFamily(_ source: IPAddress, _ other: IPAddress, _ range: Range<Int>) throws(Diagnostic) {
        guard source.family != other.family, !hasFailed else { return }
        throw failure(range, "source and destination are of different address families", "write two of the same family")
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
        if text[range.lowerBound] &- 48 < 10, bytes(range).areDecimalDigits {
            port.number = UInt16(try parseDecimal(range, "the port", upTo: 65535))
        } else if !bytes(range).elementsEqual("any") {
            port.name = range
        }
        return port
    }

    /// The number of a port for a protocol by name; 0 where none is written.
    @inline(__always)
    mutating func resolve(_ port: WrittenPort?, for protocolName: String?) throws(Diagnostic) -> UInt16 {
        guard let port, !port.name.isEmpty else { return port?.number ?? 0 }
        let name = string(port.name)
        guard let number = options.serviceNames.port(of: name, for: protocolName) else {
            if isPortRange(port.name) {
                let advice = "write a policy for each port, or [any]"
                throw failure(port.name, "Linux policies have one port or any, not a range of ports", advice)
            }
            let advice = "write the number; names are those of /etc/services"
            throw failure(port.name, "unknown service name for this protocol", advice)
        }
        return number
    }

    private mutating func isPortRange(_ range: Range<Int>) -> Bool {
        let ends = copy(range).split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") || $0 == 58 }
        return ends.count == 2 && ends.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 &- 48 < 10 } }
    }
}
