import IPsec

extension StatementParser {
    /// The rest of `add`, `update` and `getspi`; for the last one also the SPIs to choose from.
    mutating func parseAssociation(
        _ statement: Keyword
    ) throws(Diagnostic) -> (association: SecurityAssociation, spis: ClosedRange<UInt32>) {
        let families = try parseFamilies()
        let source = try parseEndpoint(families)
        let destination = try parseEndpoint(families)
        try requireOneFamily(source, destination)
        let proto = try parseProtocol()
        let originalAddress = try parseOriginalAddress(proto)
        let spi = try parseSPI(proto, allowsAny: statement == .getspi)
        let identity = SAIdentity(destination: destination.address, ipsecProtocol: proto.ipsecProtocol, spi: spi)
        var clauses = AssociationClauses(identity, source: source.address, proto: proto)
        if originalAddress != nil { clauses.fields.originalAddress = originalAddress }
        clauses.fields.encapsulation = try encapsulation(proto, source.port, destination.port)
        while current.kind != .semicolon, try parseClause(&clauses, of: statement) {}
        let follows = statement == .getspi ? "an extension or ';'" : "an extension, an algorithm or ';'"
        if statement != .getspi, current.kind == .word, let option = capitalOption() {
            throw unexpected(follows, "write \(option)")
        }
        try expectEnd(follows)
        // What the clauses are together means nothing where one of them is wrong.
        guard !hasFailed else { return (SecurityAssociation(clauses.fields), Self.spiRange(spi, proto)) }
        if statement != .getspi { try check(clauses) }
        if !clauses.rareExtensions.isEmpty { try checkRareExtensions(&clauses) }
        try checkLimits(clauses)
        let (encryption, integrity) = (clauses.encryption, clauses.integrity)
        let isTruncated = clauses.range(of: .icvLength) != nil
        let association = clauses.association(keysIn: text, credentials)
        if statement != .getspi { warnOfReplayWindow(association, destination.range) }
        if options.warns { warnOfAssociation(association, encryption, integrity, isTruncated: isTruncated) }
        return (association, Self.spiRange(spi, proto))
    }

    /// One clause, whether one stood here; behind a wrong one the next is sought, unless that may be the rest of a key.
    private mutating func parseClause(
        _ clauses: inout AssociationClauses, of statement: Keyword
    ) throws(Diagnostic) -> Bool {
        let start = current.start
        do throws(Diagnostic) {
            if try parseExtension(&clauses) { return true }
            if statement != .getspi, try parseAlgorithm(&clauses) { return true }
            return partOption() ? try parseClause(&clauses, of: statement) : false
        } catch {
            guard !isOutOfStep, current.kind == .word || current.kind == .string else { throw error }
            note(error)
            if current.start == start { advance() }
            skipToClause()
            return true
        }
    }

    /// The SPIs that GETSPI may take: the one written, or those that no standard reserves (RFC 3173, 3.3 for CPIs).
    private static func spiRange(_ spi: SPI, _ proto: WrittenProtocol) -> ClosedRange<UInt32> {
        guard spi.rawValue == 0 else { return spi.rawValue...spi.rawValue }
        return proto.isIPComp ? 0x100...0xefff : 0x100...0x0fff_ffff
    }

    /// `esp-udp` may be followed by the address that the peer has behind its NAT.
    private mutating func parseOriginalAddress(_ proto: WrittenProtocol) throws(Diagnostic) -> IPAddress? {
        guard proto.isEncapsulated, current.kind == .word,
            bytes(current.range).contains(UInt8(ascii: ".")) || bytes(current.range).contains(UInt8(ascii: ":"))
        else { return nil }
        let range = current.range
        advance()
        let address = try parseAddress(range, WrittenFamilies())
        if !options.traits.keepsOriginalAddress { warnOfOriginalAddress(range) }
        return address
    }

    mutating func warnOfOriginalAddress(_ range: Range<Int>) {
        let interface = options.traits.name
        warn(range, "\(interface) does not keep the original address of a NAT", "remove it")
    }

    private mutating func encapsulation(
        _ proto: WrittenProtocol, _ source: WrittenPort?, _ destination: WrittenPort?
    ) throws(Diagnostic) -> NATTraversal? {
        guard proto.isEncapsulated else {
            if let port = source ?? destination {
                warn(port.range, "the port of an SA is ignored, except with esp-udp", "remove it")
            }
            return nil
        }
        let sourcePort = try resolve(source, for: "udp")
        let destinationPort = try resolve(destination, for: "udp")
        return NATTraversal(
            sourcePort: sourcePort == 0 ? NATTraversal.defaultPort : sourcePort,
            destinationPort: destinationPort == 0 ? NATTraversal.defaultPort : destinationPort)
    }

    // MARK: Algorithms

    /// `-E name [key]`, `-A name [key]` or `-C name [-R]`; whether one stood here.
    private mutating func parseAlgorithm(_ clauses: inout AssociationClauses) throws(Diagnostic) -> Bool {
        switch keyword {
        case .encryption:
            try requireFirst(clauses.encryption)
            clauses.encryption = try takeAlgorithm(.encryption)
        case .integrity:
            try requireFirst(clauses.integrity)
            clauses.integrity = try takeAlgorithm(.integrity)
        case .compression:
            try requireFirst(clauses.compression)
            clauses.compression = try takeAlgorithm(.compression)
            if keyword == .rawCPI {
                warn(current.range, "-R has no meaning on Linux and is ignored", "remove it")
                advance()
            }
        default: return false
        }
        return true
    }

    /// What a small letter here was meant to be.
    private mutating func capitalOption() -> String? {
        ["-E", "-A", "-C"].first { copy(current.range).elementsEqual($0.lowercased().utf8) }
    }

    @inline(__always)
    private mutating func requireFirst(_ chosen: AssociationClauses.Chosen?) throws(Diagnostic) {
        guard chosen != nil else { return }
        throw failure(current.range, "a second algorithm of the same kind", "keep one of them")
    }

    // MARK: Rules

    /// Which algorithms a protocol takes (language 0.4).
    @inline(__always)
    private mutating func check(_ clauses: borrowing AssociationClauses) throws(Diagnostic) {
        let proto = clauses.proto.ipsecProtocol
        if let compression = clauses.compression, !clauses.proto.isIPComp {
            throw failure(
                compression.range, "\(proto.word) takes no compression algorithm", "remove it, or write ipcomp")
        }
        if let encryption = clauses.encryption, !clauses.proto.isESP {
            throw failure(encryption.range, "\(proto.word) takes no encryption algorithm", "remove it, or write esp")
        }
        if let integrity = clauses.integrity {
            try checkIntegrity(integrity, clauses)
        }
        let hasOne = clauses.encryption != nil || clauses.integrity != nil || clauses.compression != nil
        guard hasOne else {
            let advice = proto == .ah ? "write -A" : proto == .esp ? "write -E, -A or both" : "write -C deflate"
            throw failure(previousEnd..<previousEnd, "the algorithm of the SA is missing", advice)
        }
    }

    @inline(__always)
    private mutating func checkIntegrity(
        _ integrity: AssociationClauses.Chosen, _ clauses: borrowing AssociationClauses
    ) throws(Diagnostic) {
        if clauses.proto.isIPComp {
            throw failure(integrity.range, "ipcomp takes no authentication algorithm", "remove it, or write esp or ah")
        }
        if clauses.proto.isAH, integrity.number == IntegrityAlgorithm.null.rawValue {
            throw failure(integrity.range, "AH needs an authentication algorithm", "choose an algorithm")
        }
        if let encryption = clauses.encryption, encryption.isCombined {
            throw failure(integrity.range, "this encryption algorithm authenticates by itself", "remove -A")
        }
    }

    @inline(__always)
    private mutating func checkLimits(_ clauses: borrowing AssociationClauses) throws(Diagnostic) {
        guard clauses.limits.isSoftAfterHard else { return }
        throw softAfterHard(clauses.limitsRange)
    }

    /// The error of limits of which the soft one would never be told.
    mutating func softAfterHard(_ range: Range<Int>) -> Diagnostic {
        failure(range, "the soft lifetime is longer than the hard one", "make the soft one shorter")
    }
}
