import IPsec

/// The protocol word of an SA.
struct WrittenProtocol {
    let ipsecProtocol: IPsecProtocol
    /// `esp-udp`.
    let isEncapsulated: Bool
    let range: Range<Int>

    // By the cases: to compare two values is a generic call.
    var isAH: Bool { if case .ah = ipsecProtocol { true } else { false } }
    var isESP: Bool { if case .esp = ipsecProtocol { true } else { false } }
    var isIPComp: Bool { if case .ipcomp = ipsecProtocol { true } else { false } }
}

extension StatementParser {
    mutating func parseProtocol() throws(Diagnostic) -> WrittenProtocol {
        let range = current.range
        let proto: IPsecProtocol
        let keyword = keyword
        switch keyword {
        case .esp, .espUDP: proto = .esp
        case .ah: proto = .ah
        case .ipcomp: proto = .ipcomp
        case .espOld:
            note(failure(range, "Linux has no ESP of RFC 1827 (esp-old)", "write esp"))
            proto = .esp
        case .ahOld:
            note(failure(range, "Linux has no AH of RFC 1826 (ah-old)", "write ah"))
            proto = .ah
        case .tcp:
            let advice = "on Linux the program that owns the socket sets TCP_MD5SIG"
            throw failure(range, "no IPsec interface of Linux has TCP signatures", advice)
        default: throw unexpected("a protocol", "write esp, esp-udp, ah or ipcomp")
        }
        advance()
        return WrittenProtocol(ipsecProtocol: proto, isEncapsulated: keyword == .espUDP, range: range)
    }

    /// The SPI. `allowsAny`: 0 lets the kernel choose.
    mutating func parseSPI(_ proto: WrittenProtocol, allowsAny: Bool = false) throws(Diagnostic) -> SPI {
        let what = proto.isIPComp ? "the CPI" : "the SPI"
        let maximum: UInt64 = proto.isIPComp ? 0xffff : 0xffff_ffff
        func advice() -> String {
            "write 256...\(maximum), or in hexadecimal 0x100...0x\(String(maximum, radix: 16))"
                + (allowsAny ? "; 0 lets the kernel choose" : "")
        }
        let range = try takeWord(what, advice())
        var value: UInt64 = 256
        do throws(Diagnostic) {
            value = try parseNumber(range, what, upTo: maximum, advice())
            guard value > 255 || allowsAny && value == 0 else {
                throw failure(range, "\(what)s 0...255 are reserved (RFC 4303, 2.1)", "write 256 or more")
            }
        } catch {
            try note(error, ofWordAt: range)
        }
        return SPI(rawValue: UInt32(value))
    }

    /// `src dst proto spi`, and the mark, of `get` and `delete`; other extensions are read as in `add`, and mean nothing.
    mutating func parseReference() throws(Diagnostic) -> SAReference {
        let families = try parseFamilies()
        let source = try parseEndpoint(families)
        let destination = try parseEndpoint(families)
        try requireOneFamily(source, destination)
        let proto = try parseProtocol()
        let spi = try parseSPI(proto)
        let identity = SAIdentity(destination: destination.address, ipsecProtocol: proto.ipsecProtocol, spi: spi)
        var clauses = AssociationClauses(identity, source: source.address, proto: proto)
        var ignored: Range<Int>?
        while current.kind != .semicolon {
            let (start, keyword) = (current.start, keyword)
            guard try parseExtension(&clauses) else { break }
            switch keyword {
            // Times are an error, which is told of the whole statement.
            case .mark, .from, .until: break
            default: ignored = (ignored?.lowerBound ?? start)..<previousEnd
            }
        }
        if let ignored { warn(ignored, "the extensions have no meaning here", "remove them") }
        try expectEnd("';'")
        return SAReference(identity: clauses.fields.identity, source: source.address)
    }
}
